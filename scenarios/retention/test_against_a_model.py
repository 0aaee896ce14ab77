"""The clean-up does with any rows what a model of ten lines says.

The same examples on every stack (derandomized), so that two stacks are compared on one question.
"""

import datetime as dt

import pytest
from django.utils import timezone
from freezegun import freeze_time
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modules.auth.accounts.models import BackupCode, User, UserTOTPDevice
from modules.auth.accounts.tasks import clean_mfa_data

HOURS, DAYS = dt.timedelta(hours=24), dt.timedelta(days=90)
GREY = dt.timedelta(minutes=2)  # a worker's clock runs on between the rows' making and its own look at it
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.guards("task-clean-mfa", "trap-7", "trap-8", "retention-settings"),
]


def model(devices, codes, now):
    """(confirmed, created_at) and (used, used_at) rows that are there when `now` has passed its clean-up."""
    devices_left = [row for row in devices if row[0] or row[1] >= now - HOURS]
    codes_left = [row for row in codes if not row[0] or row[1] is None or row[1] >= now - DAYS]
    deleted = len(devices) - len(devices_left), len(codes) - len(codes_left)
    message = "MFA data cleanup complete. Deleted {} TOTP devices and {} backup codes.".format(*deleted)
    return message, by_date(devices_left), by_date(codes_left)


def by_date(rows):
    return sorted(rows, key=lambda row: (row[0], row[1] is None, row[1] or 0))


def ages(retention, unsure):
    """Ages around a retention, most of them within microseconds of it; `unsure` is how much younger is left out."""
    near = st.integers(-3, 3).map(lambda count: retention + dt.timedelta(microseconds=count))
    far = st.timedeltas(-DAYS, 4 * DAYS)
    return (near | far).filter(lambda age: not retention - unsure <= age <= retention or not unsure)


def tables(unsure):
    """Up to a dozen devices (confirmed, age) and codes (used, age or None)."""
    devices = st.lists(st.tuples(st.booleans(), ages(HOURS, unsure)), max_size=12)
    codes = st.lists(st.tuples(st.booleans(), st.none() | ages(DAYS, unsure)), max_size=12)
    return st.tuples(devices, codes)


def dated(rows, now):
    return [(flag, age if age is None else now - age) for flag, age in rows]


def agrees(devices, codes, now, run):
    """Write the rows, for two users in turn; run; compare message and rows with the model."""
    owners = list(User.objects.order_by("pk"))
    UserTOTPDevice.objects.all().delete()
    BackupCode.objects.all().delete()
    UserTOTPDevice.objects.bulk_create(
        UserTOTPDevice(user=owners[number % 2], confirmed=confirmed, created_at=at)
        for number, (confirmed, at) in enumerate(devices)
    )
    BackupCode.objects.bulk_create(
        BackupCode(user=owners[number % 2], code_hash="x", used=used, used_at=at)
        for number, (used, at) in enumerate(codes)
    )
    message = run()
    left = (
        UserTOTPDevice.objects.values_list("confirmed", "created_at"),
        BackupCode.objects.values_list("used", "used_at"),
    )
    assert (message, *map(by_date, left)) == model(devices, codes, now)


@pytest.fixture
def two_users(user):
    User.objects.create_user("grace", "grace@example.com")


def checked(examples, *strategies):
    """Hypothesis' decorator for a function inside a scenario."""
    quiet = settings(
        max_examples=examples, deadline=None, derandomize=True, database=None, suppress_health_check=HealthCheck
    )
    return lambda function: quiet(given(*strategies)(function))


def test_any_rows_at_any_instant(two_users, eager):
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc)
    instants = st.timedeltas(dt.timedelta(days=7300), dt.timedelta(days=43800)).map(lambda since: epoch + since)
    with freeze_time("2026-03-01") as clock:  # once, and moved: freezing takes longer than an example

        @checked(100, tables(dt.timedelta(0)), instants)
        def same(rows, now):
            clock.move_to(now)
            agrees(dated(rows[0], now), dated(rows[1], now), now, lambda: clean_mfa_data.delay().get())

        same()


def test_any_rows_by_a_worker(two_users, worker):
    @checked(30, tables(GREY))
    def same(rows):
        now = timezone.now()
        agrees(dated(rows[0], now), dated(rows[1], now), now, lambda: clean_mfa_data.delay().get(timeout=60))

    same()
