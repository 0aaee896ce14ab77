"""The database scheduler in this process under a frozen clock: what it sends, and when."""

import datetime as dt

import pytest
from django_celery_beat.models import CrontabSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler
from freezegun import freeze_time

from core import celery_app

CLEAN_UP = "modules.auth.accounts.tasks.clean_mfa_data"
UTC = dt.timezone.utc
pytestmark = pytest.mark.django_db(transaction=True)  # the scheduler commits, and drops connections that cannot


class RecordingScheduler(DatabaseScheduler):
    """The real scheduler, except that it notes what it would send instead of sending it."""

    def apply_async(self, entry, producer=None, advance=True, **kwargs):  # noqa: ARG002 - the signature is the real one's
        """Note the task and the instant; move the entry on as the real one does."""
        entry = self.reserve(entry) if advance else entry
        self.sent.append((entry.task, dt.datetime.now(UTC)))


def sent_between(start: dt.datetime, end: dt.datetime) -> list[tuple[str, dt.datetime]]:
    """What beat sends when it is up from `start` to `end`, ticking at least every 5 s as a real one does."""
    with freeze_time(start) as clock:
        PeriodicTask.objects.create(
            name="Clean MFA Data Daily",
            task=CLEAN_UP,
            crontab=CrontabSchedule.objects.create(minute="0", hour="3", timezone="UTC"),
        )
        scheduler = RecordingScheduler(app=celery_app, lazy=True)
        scheduler.sent = []
        while dt.datetime.now(UTC) < end:
            clock.tick(dt.timedelta(seconds=min(max(scheduler.tick(), 0.01), 5)))
    return [(task, when) for task, when in scheduler.sent if task == CLEAN_UP]


def test_the_clean_up_is_sent_once_at_three_in_the_morning_utc():
    night = dt.datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
    [(_, when)] = sent_between(night - dt.timedelta(minutes=30), night + dt.timedelta(minutes=30))
    assert night <= when < night + dt.timedelta(seconds=5)


def test_the_clean_up_is_not_sent_at_any_other_hour_of_the_day():
    after = dt.datetime(2026, 3, 1, 3, 1, tzinfo=UTC)
    assert sent_between(after, after + dt.timedelta(hours=2)) == []
