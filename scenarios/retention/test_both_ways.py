"""What the clean-up takes and what it leaves, in the calling process and by a real worker."""

import datetime as dt

import pytest

from modules.auth.accounts.models import BackupCode, User, UserTOTPDevice

DAY = dt.timedelta(days=1)
MICROSECOND = dt.timedelta(microseconds=1)
MINUTE = dt.timedelta(minutes=1)  # more than a worker may take to begin
TOTP = dt.timedelta(hours=24)
CODE = dt.timedelta(days=90)
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.guards("task-clean-mfa", "retention-settings", "model-totp-device", "model-backup-code"),
]


def device(user, created_at, confirmed=False):
    return UserTOTPDevice.objects.create(user=user, confirmed=confirmed, created_at=created_at)


def code(user, used_at, used=True):
    return BackupCode.objects.create(user=user, code_hash="x", used=used, used_at=used_at)


def names_of_owners(model):
    return sorted(model.objects.values_list("user__username", flat=True))


def test_what_passed_its_retention_by_a_microsecond_goes_and_what_has_a_minute_left_stays(clean, user):
    device(user, clean.now - TOTP - MICROSECOND)
    code(user, clean.now - CODE - MICROSECOND)
    staying = [device(user, clean.now - TOTP + MINUTE), code(user, clean.now - CODE + MINUTE)]
    assert clean.run() == "MFA data cleanup complete. Deleted 1 TOTP devices and 1 backup codes."
    assert [UserTOTPDevice.objects.get(), BackupCode.objects.get()] == staying


@pytest.mark.guards("trap-7")
def test_confirmed_devices_unused_codes_and_codes_without_a_date_stay_however_old(clean, user):
    device(user, clean.now - 1000 * DAY, confirmed=True)
    code(user, clean.now - 1000 * DAY, used=False)
    code(user, None)
    assert clean.run() == "MFA data cleanup complete. Deleted 0 TOTP devices and 0 backup codes."
    assert (UserTOTPDevice.objects.count(), BackupCode.objects.count()) == (1, 2)


def test_rows_dated_in_the_future_stay(clean, user):
    device(user, clean.now + 1000 * DAY)
    code(user, clean.now + 1000 * DAY)
    assert clean.run() == "MFA data cleanup complete. Deleted 0 TOTP devices and 0 backup codes."


def test_of_several_users_each_loses_only_what_is_past_its_retention(clean, user):
    grace = User.objects.create_user("grace", "grace@example.com")
    for owner, age in [(user, 2 * CODE), (grace, MINUTE)]:
        device(owner, clean.now - age)
        code(owner, clean.now - age)
        device(owner, clean.now - 2 * CODE, confirmed=True)
    clean.run()
    assert names_of_owners(UserTOTPDevice) == ["ada", "grace", "grace"]
    assert names_of_owners(BackupCode) == ["grace"]
    assert User.objects.count() == 2


def test_a_second_run_finds_nothing_left_to_delete(clean, user):
    for days in range(100, 103):
        device(user, clean.now - days * DAY)
        code(user, clean.now - days * DAY)
    assert clean.run() == "MFA data cleanup complete. Deleted 3 TOTP devices and 3 backup codes."
    assert clean.run() == "MFA data cleanup complete. Deleted 0 TOTP devices and 0 backup codes."
