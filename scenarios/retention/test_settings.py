"""The two retentions are settings: changed they are obeyed, absent they are the plan's, and zero is zero."""

import datetime as dt

import pytest
from django.utils import timezone
from freezegun import freeze_time

from modules.auth.accounts.models import BackupCode, UserTOTPDevice
from modules.auth.accounts.tasks import clean_mfa_data

HOURS, DAYS = "UNCONFIRMED_TOTP_RETENTION_HOURS", "USED_BACKUP_CODE_RETENTION_DAYS"
MICROSECOND = dt.timedelta(microseconds=1)
MINUTE = dt.timedelta(minutes=1)
VALUES = [(1, 2), (48, 365), (0, 0)]  # hours and days
pytestmark = pytest.mark.django_db(transaction=True)


def rows(user, now, hours, days, spare):
    """A device and a code on either side of their cutoffs: past by a microsecond, and with `spare` left (or exact)."""
    for name, left in [("going", -MICROSECOND), ("staying", spare)]:
        UserTOTPDevice.objects.create(user=user, name=name, created_at=now - dt.timedelta(hours=hours) + left)
        used_at = now - dt.timedelta(days=days) + left
        BackupCode.objects.create(user=user, code_hash=name, used=True, used_at=used_at)


def left():
    return [UserTOTPDevice.objects.get().name, BackupCode.objects.get().code_hash]


@pytest.mark.guards("retention-settings")
@pytest.mark.parametrize(("hours", "days"), VALUES)
def test_the_settings_are_obeyed_to_the_microsecond(user, eager, settings, hours, days):
    settings.UNCONFIRMED_TOTP_RETENTION_HOURS, settings.USED_BACKUP_CODE_RETENTION_DAYS = hours, days
    with freeze_time("2026-03-01 03:00:00"):
        rows(user, timezone.now(), hours, days, 0 * MICROSECOND)
        clean_mfa_data.delay().get()
    assert left() == ["staying", "staying"]


@pytest.mark.guards("retention-fallback")
def test_without_the_settings_the_plans_values_hold(user, eager, settings):
    del settings.UNCONFIRMED_TOTP_RETENTION_HOURS, settings.USED_BACKUP_CODE_RETENTION_DAYS
    with freeze_time("2026-03-01 03:00:00"):
        rows(user, timezone.now(), 24, 90, 0 * MICROSECOND)
        clean_mfa_data.delay().get()
    assert left() == ["staying", "staying"]


@pytest.mark.guards("retention-settings")
def test_a_worker_obeys_the_environment(user, clean_by_own_worker):
    hours, days = 0, 365
    rows(user, timezone.now(), hours, days, MINUTE)
    result = clean_by_own_worker(**{HOURS: str(hours), DAYS: str(days)})
    assert result["result"] == "MFA data cleanup complete. Deleted 1 TOTP devices and 1 backup codes."
    assert left() == ["staying", "staying"]


@pytest.mark.guards("retention-fallback")
def test_a_worker_without_the_settings_uses_the_plans_values(user, clean_by_own_worker, settings_module):
    rows(user, timezone.now(), 24, 90, MINUTE)
    result = clean_by_own_worker(**settings_module(f"del {HOURS}, {DAYS}"))
    assert result["result"] == "MFA data cleanup complete. Deleted 1 TOTP devices and 1 backup codes."
    assert left() == ["staying", "staying"]
