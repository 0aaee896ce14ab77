"""A retention that makes no sense is a configuration error, never a reason to delete."""

import datetime as dt

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.utils import timezone

from harness.errors import ProcessExited
from modules.auth.accounts.models import BackupCode, UserTOTPDevice
from modules.auth.accounts.tasks import clean_mfa_data

NAMES = ["UNCONFIRMED_TOTP_RETENTION_HOURS", "USED_BACKUP_CODE_RETENTION_DAYS"]
IDS = dict(zip(NAMES, ["accounts.E001", "accounts.E002"], strict=True))
NONSENSE = [-1, "a day", "24", "", None, True, 1.5, float("nan"), 10**12]
LONG_AGO = dt.timedelta(days=3000)
each_setting = pytest.mark.parametrize("name", NAMES)
pytestmark = [pytest.mark.django_db, pytest.mark.guards("retention-settings", "task-clean-mfa")]


@pytest.fixture
def old_rows(user):
    UserTOTPDevice.objects.create(user=user, created_at=timezone.now() - LONG_AGO)
    BackupCode.objects.create(user=user, code_hash="x", used=True, used_at=timezone.now() - LONG_AGO)


def rows_left():
    return UserTOTPDevice.objects.count(), BackupCode.objects.count()


@each_setting
@pytest.mark.parametrize("value", NONSENSE)
def test_nonsense_is_an_error_that_stops_what_checks_first(settings, name, value):
    setattr(settings, name, value)
    with pytest.raises(SystemCheckError) as stopped:
        call_command("check")
    assert IDS[name] in str(stopped.value)
    assert name in str(stopped.value)


@each_setting
@pytest.mark.parametrize("value", NONSENSE)
def test_with_nonsense_the_clean_up_refuses_and_deletes_nothing(old_rows, eager, settings, name, value):
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        clean_mfa_data.delay()
    assert rows_left() == (1, 1)


@pytest.mark.parametrize("value", [0, 1, 24, 10_000])
def test_whole_numbers_pass_the_checks(settings, value):
    for name in NAMES:
        setattr(settings, name, value)
    assert not {message.id for message in checks.run_checks()} & set(IDS.values())


@pytest.mark.parametrize(("command", "line"), [("check", f"{NAMES[0]} = -1"), ("migrate", f"{NAMES[1]} = 'a day'")])
def test_manage_py_stops_on_nonsense_in_the_settings_module(launcher, settings_module, command, line):
    with pytest.raises(ProcessExited, match="SystemCheckError"):
        launcher.with_settings(**settings_module(line)).manage(command)


@pytest.mark.parametrize(("name", "value"), [(NAMES[0], "a day"), (NAMES[1], "-1")])
def test_manage_py_stops_on_nonsense_in_the_environment(launcher, name, value):
    with pytest.raises(ProcessExited):
        launcher.with_settings(**{name: value}).manage("check")
    log = max(launcher.folder.glob("manage-check-*.log"), key=lambda path: path.stat().st_mtime_ns)
    assert f"{name} must be a whole number, zero or more" in log.read_text()  # told to whoever typed the command


def test_a_worker_with_nonsense_says_so_and_deletes_nothing(old_rows, clean_by_own_worker, settings_module):
    """Celery's worker runs Django's checks and starts in spite of them; one that refused to start would be as good."""
    try:
        result = clean_by_own_worker(**settings_module(f"{NAMES[0]} = -1"))
    except ProcessExited as refused:
        result = {"status": "FAILURE", "result": {"exc_message": [str(refused)]}}
    assert result["status"] == "FAILURE"
    assert NAMES[0] in str(result["result"])
    assert rows_left() == (1, 1)
