"""The numbers that the clean-up reports are the rows of its two tables that are gone."""

import datetime as dt
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection
from django.utils import timezone

from modules.auth.accounts.models import BackupCode, UserTOTPDevice
from modules.auth.accounts.tasks import clean_mfa_data

EXTRA = Path(__file__).parent / "extra"
OLD = dt.timedelta(days=200)
REPORT = "MFA data cleanup complete. Deleted 3 TOTP devices and 2 backup codes."
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.guards("trap-8", "task-clean-mfa")]


@pytest.fixture
def receipts(transactional_db, settings, monkeypatch):
    """The table of an app whose rows go with a device, known to this process too."""
    monkeypatch.syspath_prepend(EXTRA)
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "receipts"]
    apps.clear_cache()  # a device's relations as they were counted before
    from receipts.models import Receipt  # noqa: PLC0415 - installed only now

    with connection.schema_editor() as editor:
        editor.create_model(Receipt)
    yield Receipt.objects
    with connection.schema_editor() as editor:
        editor.delete_model(Receipt)


@pytest.fixture
def due(user, receipts):
    """Three devices with four receipts each, two codes, and a device with a receipt that stays."""
    going = [UserTOTPDevice.objects.create(user=user, created_at=timezone.now() - OLD) for _ in range(3)]
    for _ in range(2):
        BackupCode.objects.create(user=user, code_hash="x", used=True, used_at=timezone.now() - OLD)
    staying = UserTOTPDevice.objects.create(user=user)
    for device in [*going * 4, staying]:
        receipts.create(device=device)


def rows_left(receipts):
    return UserTOTPDevice.objects.count(), BackupCode.objects.count(), receipts.count()


def test_rows_that_go_with_a_device_are_not_counted(due, receipts, eager):
    assert clean_mfa_data.delay().get() == REPORT
    assert rows_left(receipts) == (1, 0, 1)


def test_a_worker_does_not_count_rows_that_go_with_a_device(due, receipts, clean_by_own_worker, settings_module):
    installed = settings_module("INSTALLED_APPS = [*INSTALLED_APPS, 'receipts']", path=str(EXTRA))
    assert clean_by_own_worker(**installed)["result"] == REPORT
    assert rows_left(receipts) == (1, 0, 1)


def test_both_counts_are_printed_as_they_are_returned(due, eager, capsys):
    clean_mfa_data.delay().get()
    devices, codes = capsys.readouterr().out.splitlines()
    assert "3" in devices.split()
    assert "2" in codes.split()
