"""What several files of this area use. pytest reads this before the app can be imported, hence the late imports."""

import datetime as dt
from contextlib import contextmanager

import pytest

from harness import clocks

CLEAN_UP = "modules.auth.accounts.tasks.clean_mfa_data"


@pytest.fixture
def frozen_beat(transactional_db, monkeypatch, observe):
    """frozen_beat(start): beat's scheduler in this process from that instant on. Make its rows inside of it."""
    from django.db import connection  # noqa: PLC0415
    from django_celery_beat.schedulers import DatabaseScheduler  # noqa: PLC0415

    from core import celery_app  # noqa: PLC0415

    monkeypatch.setitem(
        connection.settings_dict, "CONN_MAX_AGE", None
    )  # else each step of the clock would connect anew
    connection.close()
    connection.ensure_connection()  # by the real clock: under a frozen one psycopg 3.2 takes its time-out for over
    firings = {}

    @contextmanager
    def start_at(start, **options):
        with clocks.frozen_beat(DatabaseScheduler, celery_app, start, **options) as beat:
            yield beat
        for name in {firing.name for firing in beat.sent}:
            firings.setdefault(name, []).extend(when.isoformat() for when in beat.firings(name))

    yield start_at
    connection.close()
    observe("firings", firings)


@pytest.fixture
def periodic(transactional_db):
    """periodic(name, cron="0 3", zone="UTC"), (name, every=timedelta) or (name, at=instant) makes a row for beat."""
    from django_celery_beat import models  # noqa: PLC0415

    def make(name, *, cron=None, zone="UTC", every=None, at=None, task=CLEAN_UP, **fields):
        if cron:
            minute, hour = cron.split()
            fields["crontab"] = models.CrontabSchedule.objects.create(minute=minute, hour=hour, timezone=zone)
        if every:
            seconds = round(every / dt.timedelta(seconds=1))
            fields["interval"] = models.IntervalSchedule.objects.create(every=seconds, period="seconds")
        if at:
            fields["clocked"] = models.ClockedSchedule.objects.create(clocked_time=at)
            fields["one_off"] = True  # the model demands it
        return models.PeriodicTask.objects.create(name=name, task=task, **fields)

    return make


@pytest.fixture
def faked_beat(launcher, faked_clock):
    """faked_beat(**settings) starts a real beat under the faked clock; it looks at its schedule every second."""
    kept = {"DATABASE_CONN_MAX_AGE": "1000000000"}  # see FakedClock
    started = []

    def start(**settings):
        faked = launcher.with_settings(**kept, **faked_clock.settings(), **settings)
        started.append(faked.beat("--max-interval", "1"))
        return started[-1]

    yield start
    for beat in started:
        beat.child.kill()  # not stopped: redis-py swallows a SIGTERM that comes in the middle of a send
