"""The rows that the plan speaks of keep what is written into them."""

import datetime as dt

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from modules.auth.accounts.models import AuthAuditLog, BackupCode, User, UserTOTPDevice

WHEN = dt.datetime(2026, 3, 1, 3, 0, 0, 123456, tzinfo=dt.timezone.utc)
pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.com", "correct horse")


@pytest.mark.guards("model-user")
def test_the_projects_user_is_its_own_and_no_two_share_an_address(ada):
    assert get_user_model() is User
    assert User.objects.get(email="ada@example.com") == ada
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("eve", "ada@example.com")


@pytest.mark.guards("model-audit-log")
def test_an_audit_row_keeps_every_field(ada):
    fields = {
        "user": ada,
        "event_type": "login_success",
        "ip_address": "2001:db8::7",
        "user_agent": "Firefox ünïcode",
        "device_info": "laptop",
        "success": True,
        "details": {"nested": [1, None, "ü"]},
        "created_at": WHEN,
    }
    row = AuthAuditLog.objects.get(pk=AuthAuditLog.objects.create(**fields).pk)
    assert {name: getattr(row, name) for name in fields} == fields


@pytest.mark.guards("model-audit-log")
def test_an_audit_row_outlives_its_user(ada):
    row = AuthAuditLog.objects.create(user=ada, event_type="login_success", success=True)
    ada.delete()
    row.refresh_from_db()
    assert row.user is None


@pytest.mark.guards("model-totp-device")
def test_a_totp_device_keeps_its_user_state_and_time_to_the_microsecond(ada):
    device = UserTOTPDevice.objects.create(user=ada, confirmed=True, created_at=WHEN)
    device.refresh_from_db()
    assert (device.user, device.confirmed, device.created_at) == (ada, True, WHEN)
    assert UserTOTPDevice(user=ada).confirmed is False


@pytest.mark.guards("model-backup-code")
def test_a_backup_code_keeps_its_user_state_and_time_to_the_microsecond(ada):
    code = BackupCode.objects.create(user=ada, code_hash="x", used=True, used_at=WHEN)
    code.refresh_from_db()
    assert (code.user, code.used, code.used_at) == (ada, True, WHEN)
    fresh = BackupCode.objects.create(user=ada, code_hash="y")
    assert (fresh.used, fresh.used_at) == (False, None)
