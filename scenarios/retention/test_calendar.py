"""Twenty-four hours are twenty-four hours and ninety days ninety times that, whatever calendar and clock do."""

import datetime as dt

import pytest
from django.utils import timezone
from freezegun import freeze_time

from modules.auth.accounts.models import BackupCode, UserTOTPDevice
from modules.auth.accounts.tasks import clean_mfa_data

MICROSECOND = dt.timedelta(microseconds=1)
MINUTE = dt.timedelta(minutes=1)
TOTP = dt.timedelta(hours=24)
CODE = dt.timedelta(days=90)
SIDES = {"younger": -MICROSECOND, "exact": dt.timedelta(0), "older": MICROSECOND}
NIGHTS = [  # the zone of the project, and the instant in UTC
    pytest.param("UTC", "2028-02-29 03:00:00", id="on a leap day"),
    pytest.param("UTC", "2028-03-01 03:00:00", id="the night after a leap day"),
    pytest.param("UTC", "2028-05-29 03:00:00", id="ninety days with a leap day"),
    pytest.param("UTC", "2026-12-31 23:59:59.999999", id="the last microsecond of a year"),
    pytest.param("Europe/Berlin", "2026-10-25 00:30:00", id="the first 02:30 of the night that has two"),
    pytest.param("Europe/Berlin", "2026-10-25 01:30:00", id="the second 02:30 of the night that has two"),
    pytest.param("Europe/Berlin", "2026-10-25 22:00:00", id="the evening of a day of 25 hours"),
    pytest.param("Europe/Berlin", "2026-03-29 22:00:00", id="the evening of a day of 23 hours"),
    pytest.param("America/New_York", "2026-11-01 06:30:00", id="the second 01:30 in New York"),
    pytest.param("Asia/Kolkata", "2026-03-01 03:00:00", id="a zone off by half an hour"),
]
pytestmark = [pytest.mark.django_db, pytest.mark.guards("task-clean-mfa", "timezone-utc")]


@pytest.mark.parametrize(("zone", "now"), NIGHTS)
def test_only_what_is_older_than_its_retention_goes(user, eager, settings, zone, now):
    settings.TIME_ZONE = zone
    with freeze_time(now):
        for side, beyond in SIDES.items():
            UserTOTPDevice.objects.create(user=user, name=side, created_at=timezone.now() - TOTP - beyond)
            used_at = timezone.now() - CODE - beyond
            BackupCode.objects.create(user=user, code_hash=side, used=True, used_at=used_at)
        clean_mfa_data.delay().get()
    assert set(UserTOTPDevice.objects.values_list("name", flat=True)) == {"younger", "exact"}
    assert set(BackupCode.objects.values_list("code_hash", flat=True)) == {"younger", "exact"}


@pytest.mark.django_db(transaction=True)
def test_a_worker_of_a_project_in_another_zone_keeps_the_same_hours(user, clean_by_own_worker):
    now = timezone.now()
    for kept, age in [("going", TOTP + MICROSECOND), ("staying", TOTP - MINUTE)]:
        UserTOTPDevice.objects.create(user=user, name=kept, created_at=now - age)
    assert clean_by_own_worker(DJANGO_TIME_ZONE="America/New_York")["status"] == "SUCCESS"
    assert UserTOTPDevice.objects.get().name == "staying"
