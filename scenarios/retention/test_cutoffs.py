"""The daily clean-up deletes what is older than its retention, and not one microsecond earlier."""

import datetime as dt

import pytest
from django.utils import timezone
from freezegun import freeze_time

from modules.auth.accounts.models import BackupCode, User, UserTOTPDevice
from modules.auth.accounts.tasks import clean_mfa_data

NOW = "2026-03-01 03:00:00"
MICROSECOND = dt.timedelta(microseconds=1)
EITHER_SIDE = pytest.mark.parametrize(
    ("beyond", "left"),
    [(-MICROSECOND, 1), (0 * MICROSECOND, 1), (MICROSECOND, 0)],
    ids=["younger", "exact", "older"],
)
pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db: None) -> User:
    return User.objects.create_user("ada", "ada@example.com")


@EITHER_SIDE
def test_an_unconfirmed_totp_device_is_deleted_once_it_is_older_than_24_hours(user, eager, beyond, left):
    with freeze_time(NOW):
        UserTOTPDevice.objects.create(user=user, created_at=timezone.now() - dt.timedelta(hours=24) - beyond)
        message = clean_mfa_data.delay().get()
    assert UserTOTPDevice.objects.count() == left
    assert message == f"MFA data cleanup complete. Deleted {1 - left} TOTP devices and 0 backup codes."


@EITHER_SIDE
def test_a_used_backup_code_is_deleted_once_it_is_older_than_90_days(user, eager, beyond, left):
    with freeze_time(NOW):
        used_at = timezone.now() - dt.timedelta(days=90) - beyond
        BackupCode.objects.create(user=user, code_hash="x", used=True, used_at=used_at)
        message = clean_mfa_data.delay().get()
    assert BackupCode.objects.count() == left
    assert message == f"MFA data cleanup complete. Deleted 0 TOTP devices and {1 - left} backup codes."


def test_confirmed_devices_and_unused_codes_stay_however_old(user, eager):
    with freeze_time(NOW):
        long_ago = timezone.now() - dt.timedelta(days=1000)
        UserTOTPDevice.objects.create(user=user, confirmed=True, created_at=long_ago)
        BackupCode.objects.create(user=user, code_hash="unused", used=False, used_at=long_ago)
        BackupCode.objects.create(user=user, code_hash="never dated", used=True, used_at=None)
        clean_mfa_data.delay().get()
    assert UserTOTPDevice.objects.count() == 1
    assert BackupCode.objects.count() == 2
