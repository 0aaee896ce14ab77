"""A real beat whose clock is faked: nights pass in seconds, with a real Redis, a real database and a real worker.

The worker is on the real clock, so what it is to delete is dated relative to that. The faked nights lie in the future:
what beat dates then has not expired for the worker.
"""

import datetime as dt
import json
import time

import pytest
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from redis import Redis

from core import celery_app
from harness import sessions
from harness.waiting import real_seconds, wait_until
from modules.auth.accounts.models import User, UserTOTPDevice

UTC = dt.timezone.utc
CLEAN_UP = "modules.auth.accounts.tasks.clean_mfa_data"
SECOND, MINUTE, HOUR, DAY = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
PATIENCE_SECONDS = 90  # real ones: a guard against hanging; of a busy machine 30 were too few
NIGHT = dt.datetime(2035, 6, 15, 3, 0, tzinfo=UTC)
SAMPLES, SAMPLE_SECONDS = 6, 0.02  # together longer than beat waits for an answer of its database or its Redis
pytestmark = pytest.mark.guards("daily-clean-up", "beat-command")


@pytest.fixture
def nightly(periodic):
    """The clean-up, last run in the night before the first; and at noon a message that nobody takes."""
    periodic("noon", cron="0 12", task="core.celery.debug_task", queue="noon", last_run_at=NIGHT - 15 * HOUR)
    return periodic("Clean MFA Data Daily", cron="0 3", last_run_at=NIGHT - DAY)


def device(hours_old: float) -> UserTOTPDevice:
    """An unconfirmed device of that age by the real clock."""
    user, _ = User.objects.get_or_create(username="ada", email="ada@example.com")
    return UserTOTPDevice.objects.create(user=user, created_at=timezone.now() - hours_old * HOUR)


def wait_deleted(row: UserTOTPDevice, beat) -> None:
    """Return once the row is gone."""
    there = UserTOTPDevice.objects.filter(pk=row.pk).exists
    wait_until(
        lambda: not there(), PATIENCE_SECONDS, "an old device is deleted", abort=beat.raise_if_exited, hint=_log(beat)
    )


def wait_noon(redis: Redis, number: int, beat) -> None:
    """Return once that many noons have been noticed: whatever beat had to send before, it has sent."""
    condition = lambda: redis.llen("noon") >= number  # noqa: E731
    wait_until(
        condition, PATIENCE_SECONDS, f"noon number {number} is noticed", abort=beat.raise_if_exited, hint=_log(beat)
    )


def wait_ran(when: dt.datetime, beat, seconds: float = PATIENCE_SECONDS, meanwhile=lambda: None) -> None:
    """Return once the clean-up's row says that it was sent at `when` or later; beat may take 3 minutes to say so."""
    ran = PeriodicTask.objects.filter(task=CLEAN_UP, last_run_at__gte=when).exists

    def condition():
        meanwhile()
        return ran()

    wait_until(condition, seconds, "the clean-up's last run is noted", abort=beat.raise_if_exited, hint=_log(beat))


def jump(clock, when: dt.datetime, *beats) -> None:
    """Move the clock while the beats sleep: in the middle of a tick one would add an old delay to the new time."""
    for beat in beats:
        wait_asleep(beat)
    clock.set(when)


def wait_asleep(beat) -> None:
    """Return once it has slept for a while: beat sleeps between two ticks only, for up to a second."""
    asleep = lambda: all(sleeps(beat) for _ in range(SAMPLES))  # noqa: E731
    wait_until(asleep, PATIENCE_SECONDS, "beat sleeps", abort=beat.raise_if_exited, hint=_log(beat))


def sleeps(beat) -> bool:
    """Whether it sleeps at the end of a sample's time."""
    time.sleep(SAMPLE_SECONDS)
    return sessions.stat_fields(beat.child.pid)[0] == "S"


def hurried(clock, start: dt.datetime):
    """Called again and again, it lets 20 s pass in each from `start` on."""
    begun = real_seconds()
    return lambda: clock.set(start + 20 * SECOND * (real_seconds() - begun))


def wait_queued(redis: Redis, number: int, beat) -> None:
    """Return once that many clean-ups wait for a worker."""
    there = lambda: queued(redis) >= number  # noqa: E731
    wait_until(
        there, PATIENCE_SECONDS, f"clean-up number {number} is sent", abort=beat.raise_if_exited, hint=_log(beat)
    )


def queued(redis: Redis) -> int:
    """How many clean-ups wait for a worker."""
    return sum(json.loads(message)["headers"]["task"] == CLEAN_UP for message in redis.lrange("celery", 0, -1))


def runs(redis: Redis) -> int:
    """How many clean-ups a worker has run to their end, once it has nothing left to do."""
    wait_until(lambda: not redis.exists("celery", "unacked"), PATIENCE_SECONDS, "the worker has nothing left to do")
    results = [json.loads(redis.get(key))["result"] for key in redis.scan_iter("celery-task-meta-*")]
    return sum(str(result).startswith("MFA data cleanup complete") for result in results)


def _log(beat) -> str:
    return f"Beat's log: {beat.child.log}"


@pytest.fixture
def redis(worker):
    """The Redis of the shared worker, without what earlier scenarios left."""
    client = Redis.from_url(celery_app.conf.broker_url)
    wait_until(lambda: not client.exists("celery", "unacked"), PATIENCE_SECONDS, "the worker has nothing left to do")
    client.delete("noon", *client.scan_iter("celery-task-meta-*"))
    yield client
    client.delete("noon")
    client.close()


@pytest.fixture
def quiet_redis(own_redis):
    """A Redis without a worker: what beat sends stays where it can be counted."""
    with Redis.from_url(own_redis.url) as client:
        yield client


def test_the_clean_up_runs_once_a_night_and_deletes_what_is_old(worker, faked_clock, faked_beat, nightly, redis):
    young = device(hours_old=23)
    faked_clock.set(NIGHT - 10 * MINUTE)
    beat = faked_beat()
    for number, night in enumerate((NIGHT, NIGHT + DAY), 1):
        old = device(hours_old=25)
        jump(faked_clock, night - SECOND, beat)
        wait_deleted(old, beat)
        jump(faked_clock, night + 9 * HOUR - SECOND, beat)
        wait_noon(redis, number, beat)
        assert runs(redis) == number
    assert UserTOTPDevice.objects.filter(pk=young.pk).exists()


def test_a_clean_up_that_fell_into_beats_downtime_runs_once_when_beat_is_back(
    worker, faked_clock, faked_beat, nightly, redis
):
    old = device(hours_old=25)
    faked_clock.set(NIGHT - 10 * MINUTE)
    faked_beat().stop()
    assert UserTOTPDevice.objects.filter(pk=old.pk).exists()
    faked_clock.set(NIGHT + HOUR)
    beat = faked_beat()
    wait_deleted(old, beat)
    jump(faked_clock, NIGHT + 9 * HOUR - SECOND, beat)
    wait_noon(redis, 1, beat)
    assert runs(redis) == 1


def test_two_beats_at_once_do_not_know_of_each_other_and_the_clean_up_bears_it(
    worker, faked_clock, faked_beat, nightly, redis
):
    """Nothing keeps a second beat from sending what the first one sends: each sends the clean-up once at most."""
    old, young = device(hours_old=25), device(hours_old=23)
    faked_clock.set(NIGHT - 10 * MINUTE)
    first, second = faked_beat(), faked_beat()
    jump(faked_clock, NIGHT - 3 * SECOND, first, second)
    wait_deleted(old, first)
    jump(faked_clock, NIGHT + 9 * HOUR - SECOND, first, second)
    wait_noon(redis, 1, second)
    assert 1 <= runs(redis) <= 2
    assert UserTOTPDevice.objects.filter(pk=young.pk).exists()


def test_a_beat_that_finds_redis_down_lives_on_and_sends_the_next_night(
    faked_clock, faked_beat, nightly, own_redis, quiet_redis
):
    faked_clock.set(NIGHT - 10 * MINUTE)
    beat = faked_beat(CELERY_BROKER_URL=own_redis.url, CELERY_RESULT_BACKEND=own_redis.url)
    jump(faked_clock, NIGHT - SECOND, beat)
    wait_queued(quiet_redis, 1, beat)
    own_redis.stop()  # it comes back empty
    jump(faked_clock, NIGHT + DAY - SECOND, beat)
    wait_ran(NIGHT + DAY, beat, 90, meanwhile=hurried(faked_clock, NIGHT + DAY))  # beat has tried, and says so
    own_redis.start()
    jump(faked_clock, NIGHT + 2 * DAY - SECOND, beat)
    wait_queued(quiet_redis, 1, beat)
    jump(faked_clock, NIGHT + 2 * DAY + 9 * HOUR - SECOND, beat)
    wait_noon(quiet_redis, 1, beat)
    assert queued(quiet_redis) <= 2  # the night of the outage is lost, or late; neither night is doubled


def test_a_beat_killed_between_two_firings_sends_each_of_them_once(
    faked_clock, faked_beat, nightly, own_redis, quiet_redis
):
    """A kill in the 3 minutes after a firing, before beat has written it down, may well send it again."""
    settings = {"CELERY_BROKER_URL": own_redis.url, "CELERY_RESULT_BACKEND": own_redis.url}
    faked_clock.set(NIGHT - 10 * MINUTE)
    beat = faked_beat(**settings)
    jump(faked_clock, NIGHT - SECOND, beat)
    wait_queued(quiet_redis, 1, beat)
    jump(faked_clock, NIGHT + 10 * MINUTE, beat)
    wait_ran(NIGHT, beat)
    beat.child.kill()
    faked_clock.set(NIGHT + HOUR)
    beat = faked_beat(**settings)
    jump(faked_clock, NIGHT + 9 * HOUR - SECOND, beat)
    wait_noon(quiet_redis, 1, beat)
    assert queued(quiet_redis) == 1
    jump(faked_clock, NIGHT + DAY - SECOND, beat)
    wait_queued(quiet_redis, 2, beat)
    jump(faked_clock, NIGHT + DAY + 9 * HOUR - SECOND, beat)
    wait_noon(quiet_redis, 2, beat)
    assert queued(quiet_redis) == 2
