"""Where nobody opens the admin: the daily clean-up made by a command, and what the checks say of periodic tasks."""

import datetime as dt
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import checks
from django.core.management import call_command
from django.db import connection
from django.db.models.signals import pre_save
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask, PeriodicTasks

NAME = "Clean MFA Data Daily"
CLEAN_UP = "modules.auth.accounts.tasks.clean_mfa_data"
UTC = dt.timezone.utc
EMPTY = f"empty_{os.getpid()}"  # a database of this run alone
pytestmark = [pytest.mark.django_db, pytest.mark.guards("daily-clean-up")]


def schedule_cleanup():
    call_command("schedule_cleanup", verbosity=0)


@pytest.fixture
def every_day():
    return IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)


def everything():
    """Every row that the command could have touched."""
    return [list(model.objects.order_by("pk").values()) for model in (PeriodicTask, CrontabSchedule, PeriodicTasks)]


def test_the_command_makes_the_plans_daily_task():
    schedule_cleanup()
    row = PeriodicTask.objects.select_related("crontab").get()
    at = row.crontab
    assert (row.name, row.task, row.enabled, row.one_off) == (NAME, CLEAN_UP, True, False)
    assert (at.minute, at.hour, at.day_of_week, at.day_of_month, at.month_of_year) == ("0", "3", "*", "*", "*")
    assert str(at.timezone) == "UTC"


def test_a_second_run_changes_nothing():
    schedule_cleanup()
    before = everything()
    schedule_cleanup()
    assert everything() == before


def test_what_somebody_changed_in_the_row_is_kept():
    schedule_cleanup()
    row = PeriodicTask.objects.get()
    row.enabled, row.crontab, row.args = False, CrontabSchedule.objects.create(minute="30", hour="5"), "[1]"
    row.save()
    before = everything()
    schedule_cleanup()
    assert everything() == before


def test_schedules_of_that_time_that_are_there_already_do_no_harm():
    for _ in range(2):
        CrontabSchedule.objects.create(minute="0", hour="3", timezone="UTC")
    schedule_cleanup()
    assert PeriodicTask.objects.get().crontab.hour == "3"


@pytest.mark.django_db(transaction=True)
def test_two_deployments_at_once_make_one_row(launcher):
    with ThreadPoolExecutor(2) as both:
        said = list(both.map(launcher.manage, ["schedule_cleanup"] * 2, timeout=60))
    assert all(NAME in text for text in said)
    assert PeriodicTask.objects.filter(name=NAME).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_row_that_another_deployment_makes_at_the_last_moment_is_left_as_it_is(every_day):
    def other_deployment():
        PeriodicTask.objects.create(name=NAME, task=CLEAN_UP, interval=every_day, enabled=False)
        connection.close()

    def while_ours_is_being_made(**_):
        other = threading.Thread(target=other_deployment)
        other.start()
        other.join(20)

    pre_save.connect(while_ours_is_being_made, sender=CrontabSchedule)
    try:
        schedule_cleanup()
    finally:
        pre_save.disconnect(while_ours_is_being_made, sender=CrontabSchedule)
    assert (PeriodicTask.objects.get().enabled, CrontabSchedule.objects.count()) == (False, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.guards("beat-takes-up-changes")
def test_a_beat_that_runs_already_takes_the_commands_row_up_and_sends_it_at_three_utc(frozen_beat):
    night = dt.datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
    with frozen_beat(night - dt.timedelta(minutes=10)) as beat:
        beat.run_until(night - dt.timedelta(minutes=5))
        schedule_cleanup()
        beat.run_until(night + dt.timedelta(minutes=5))
        [when] = beat.firings(NAME)
    assert night <= when < night + dt.timedelta(seconds=10)


def warnings(databases):
    found = checks.run_checks(databases=databases)
    return [message for message in found if message.id == "accounts.W001"]


@pytest.mark.guards("trap-1")
@pytest.mark.parametrize("task", ["accounts.tasks.clean_mfa_data", f"core.{CLEAN_UP}"])
def test_a_check_of_the_database_names_the_row_whose_task_is_not_registered_and_what_is(every_day, task):
    PeriodicTask.objects.create(name="misspelt", task=task, interval=every_day)
    [warning] = warnings(["default"])
    assert not warning.is_serious()
    assert "misspelt" in warning.msg
    assert task in warning.msg
    assert CLEAN_UP in warning.hint


@pytest.mark.guards("trap-1")
def test_registered_tasks_and_disabled_rows_are_not_warned_of(every_day):
    for task in [CLEAN_UP, "core.celery.debug_task", "celery.backend_cleanup"]:
        PeriodicTask.objects.create(name=task, task=task, interval=every_day)
    PeriodicTask.objects.create(name="disabled", task="accounts.tasks.gone", interval=every_day, enabled=False)
    assert warnings(["default"]) == []


def test_a_check_that_is_not_asked_about_databases_leaves_them_alone(every_day, django_assert_num_queries):
    PeriodicTask.objects.create(name="misspelt", task="accounts.tasks.gone", interval=every_day)
    with django_assert_num_queries(0):
        assert warnings(None) == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.guards("migrate")
def test_checks_and_migrate_pass_on_a_database_without_tables(launcher, services):
    empty = launcher.with_settings(DATABASE_URL=services.postgres().create_database(EMPTY))
    try:
        empty.manage("check", "--database", "default")
        empty.manage("migrate", "--verbosity", "0")
        assert NAME in empty.manage("schedule_cleanup")
    finally:
        services.postgres().drop_database(EMPTY)
