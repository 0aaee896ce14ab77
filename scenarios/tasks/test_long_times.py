"""ETAs and expiries that lie days ahead, on a real worker whose clock is faked.

It has a Redis of its own, since all workers of one Redis must live on one clock, and a visibility timeout longer than
the longest ETA, as Celery's documentation demands.
"""

import datetime as dt
import json

import pytest
from redis import Redis

from core import celery_app
from harness.waiting import wait_until
from modules.auth.accounts.tasks import process_user_data, send_welcome_email

UTC = dt.timezone.utc
SECONDS = 30
DAY, MINUTE, SECOND = dt.timedelta(days=1), dt.timedelta(minutes=1), dt.timedelta(seconds=1)


@pytest.fixture
def redis(own_redis):
    with Redis.from_url(own_redis.url) as client:
        yield client


@pytest.fixture
def now(faked_clock):
    """The real time, which the faked clock shows as well until it is set otherwise."""
    now = dt.datetime.now(UTC)
    faked_clock.set(now)
    return now


@pytest.fixture
def faked_worker(launcher, own_redis, faked_clock):
    """faked_worker() starts the plan's worker under the faked clock."""
    patient = {"broker_transport_options": {"visibility_timeout": 30 * DAY // SECOND}}
    urls = dict.fromkeys(("CELERY_BROKER_URL", "CELERY_RESULT_BACKEND"), own_redis.url)
    settings = {"CELERY_SETTINGS": json.dumps(patient), **urls, **faked_clock.settings()}
    started = []

    def start():
        started.append(launcher.with_settings(**settings).worker("--concurrency", "1", name="faked-worker"))
        return started[-1]

    yield start
    for worker in started:
        worker.child.kill()  # a polite stop may sleep by a clock that nobody moves any more


def send(own_redis, task, argument, **options):
    """The id of a task that the worker's Redis was sent."""
    with celery_app.connection_for_write(own_redis.url) as connection:
        return task.apply_async((argument,), connection=connection, **options).id


def state(redis, task_id):
    """Its state as stored, None while there is none."""
    stored = redis.get(f"celery-task-meta-{task_id}")
    return json.loads(stored)["status"] if stored else None


def wait_ended(redis, task_id, worker):
    """Its state once it has one."""
    hint = f"The worker's log: {worker.child.log}"
    return wait_until(lambda: state(redis, task_id), SECONDS, "a task ends", abort=worker.raise_if_exited, hint=hint)


@pytest.mark.guards("trigger-with-countdown")
def test_a_task_asked_for_in_ten_days_runs_in_ten_days_and_not_a_minute_before(
    own_redis, redis, now, faked_clock, faked_worker
):
    later = send(own_redis, send_welcome_email, "test@example.com", eta=now + 10 * DAY)
    worker = faked_worker()
    faked_clock.set(now + 10 * DAY - MINUTE)
    at_once = send(own_redis, process_user_data, 1)
    assert wait_ended(redis, at_once, worker) == "SUCCESS"
    assert state(redis, later) is None
    faked_clock.set(now + 10 * DAY)
    assert wait_ended(redis, later, worker) == "SUCCESS"


def test_a_task_that_waited_for_days_runs_before_its_expiry(own_redis, redis, now, faked_clock, faked_worker):
    waiting = send(own_redis, process_user_data, 1, expires=now + 5 * DAY)
    faked_clock.set(now + 5 * DAY - MINUTE)
    assert wait_ended(redis, waiting, faked_worker()) == "SUCCESS"


def test_a_task_that_waited_for_days_is_revoked_after_its_expiry(own_redis, redis, now, faked_clock, faked_worker):
    waiting = send(own_redis, process_user_data, 1, expires=now + 5 * DAY)
    faked_clock.set(now + 5 * DAY + MINUTE)
    assert wait_ended(redis, waiting, faked_worker()) == "REVOKED"


def test_a_task_whose_eta_lies_days_behind_its_expiry_never_runs(own_redis, redis, now, faked_clock, faked_worker):
    never = send(own_redis, process_user_data, 1, eta=now + 5 * DAY, expires=now + 3 * DAY)
    worker = faked_worker()
    faked_clock.set(now + 5 * DAY)
    assert wait_ended(redis, never, worker) == "REVOKED"
