"""A worker that is asked to end while it holds a countdown, runs a task, or cannot reach Redis: nothing is lost.

Warm (SIGTERM): what it runs is finished, everything else goes back to the queue. Soft (Celery 5.5 and later): asked
to drop everything (SIGQUIT), it gives the running tasks `worker_soft_shutdown_timeout` first.
"""

import signal
from contextlib import ExitStack, contextmanager

import pytest

from harness.checkers.delivery import duplicated, first, lost
from harness.expected_failures import is_installed
from harness.faults.fault import Fault
from harness.faults.redis_faults import OF_REDIS
from harness.history.history import ids
from harness.history.record import Kind
from harness.lanes import locked
from harness.redelivery import give_out_again, held_events, waiting_events
from harness.remote_control import active_events
from harness.waiting import real_seconds, wait_until
from harness.workload import QUEUE

SECONDS = 60
COUNTDOWN_SECONDS = 6
SOFT_SECONDS = 8
AWAY_SECONDS = 3.0  # a worker that has not noticed proves nothing
LONGER_SECONDS = 1.0  # than a worker goes on that drops everything at once
pytestmark = pytest.mark.timeout(230)


@pytest.fixture(scope="module")
def open_workload(make_ground, make_workload):
    """open_workload(name, settings, *arguments of its worker): that workload, begun; made at its first use."""
    made = {}

    def opened(name, settings, *of_worker):
        if name not in made:
            made[name] = make_workload(name, make_ground(name.replace("-", "_"), "own"), settings, *of_worker)
        made[name].begin()
        return made[name]

    yield opened
    for workload in made.values():
        workload.close()


@pytest.fixture
def late(open_workload):
    return open_workload("stops-late", {"task_acks_late": True})


@pytest.fixture
def quiet(open_workload):
    return open_workload("stops-quiet", {"task_acks_late": True}, "--without-heartbeat")


@pytest.fixture
def soft(open_workload):
    if is_installed("celery<5.5"):
        pytest.skip("soft shutdown came with Celery 5.5; SIGQUIT drops everything before: WORKER_QUIT")
    settings = {"task_acks_late": True, "worker_soft_shutdown_timeout": SOFT_SECONDS}
    return open_workload("stops-soft", settings)


def once_each(workload):
    """Whether each event that was accepted is one row, once all has been done."""
    workload.drain()
    history = workload.judged()
    return not lost(history) and not duplicated(history)


def go_on(seconds):
    until = real_seconds() + seconds
    wait_until(lambda: real_seconds() > until, SECONDS, "it goes on for a while")


# Countdowns ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("setting", ["early", "late"])
def test_a_countdown_held_by_a_worker_that_is_asked_to_end_is_kept_by_the_next_one(open_workload, setting):
    workload = open_workload(f"stops-{setting}", {"task_acks_late": setting == "late"})
    event = workload.probe(countdown=COUNTDOWN_SECONDS)
    wait_until(lambda: event in workload.told(Kind.RECEIVED), SECONDS, "the worker holds it")
    assert workload.worker.stop(SECONDS) == 0
    assert waiting_events(workload.redis.url, QUEUE) == [event]
    assert held_events(workload.redis.url) == []
    workload.replace_worker()
    wait_until(lambda: event in workload.told(Kind.SUCCEEDED), SECONDS, "the next worker keeps it")
    assert first(workload.trial(), Kind.STARTED)[event] >= kept_at(workload, event), "done too early"
    assert once_each(workload)


def test_a_countdown_held_by_a_worker_that_is_killed_is_kept_by_whom_it_is_given_again(late):
    event = late.probe(countdown=COUNTDOWN_SECONDS)
    wait_until(lambda: event in late.told(Kind.RECEIVED), SECONDS, "the worker holds it")
    late.worker.child.kill()
    assert held_events(late.redis.url) == [event]
    give_out_again(late.app, late.redis.url)
    late.replace_worker()
    wait_until(lambda: event in late.told(Kind.SUCCEEDED), SECONDS, "the next worker keeps it")
    assert first(late.trial(), Kind.STARTED)[event] >= kept_at(late, event), "done too early"
    assert once_each(late)


def kept_at(workload, event):
    return first(workload.trial(), Kind.ATTEMPTED)[event] + COUNTDOWN_SECONDS


# Soft shutdown -------------------------------------------------------------------------------------------------------


def running(soft):
    """An event in the middle, known to be so by the worker's main process too.

    That hears of a start from its pool some milliseconds later. Asked to end in between, it finds no active request and
    gives no time (WorkController.wait_for_soft_shutdown), and then waits for the task all the same.
    """
    event = soft.probe()
    wait_until(lambda: event in soft.in_the_middle(), SECONDS, "the worker has begun it")
    known = lambda: event in active_events(soft.app, soft.redis.url, SECONDS)  # noqa: E731
    wait_until(known, SECONDS, "the worker knows that it has")
    return event


def test_a_task_that_ends_within_a_soft_shutdown_is_finished_and_not_done_again(soft):
    with locked([soft]):
        event = running(soft)
        soft.worker.child.send(signal.SIGQUIT)
        go_on(LONGER_SECONDS)
    soft.worker.wait_end(SECONDS)
    assert event in soft.told(Kind.SUCCEEDED)
    soft.replace_worker()
    assert once_each(soft)


def test_a_task_that_outlasts_a_soft_shutdown_is_done_by_the_next_worker(soft):
    with locked([soft]):
        event = running(soft)
        soft.worker.child.send(signal.SIGQUIT)
        soft.worker.wait_end(SECONDS)
        assert event not in soft.told(Kind.SUCCEEDED)
        assert waiting_events(soft.redis.url, QUEUE) == [event], "it is given back at once, not after an hour"
    soft.replace_worker()
    assert once_each(soft)


# While Redis is away -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hands", ["idle", "busy"])
def test_a_worker_without_heartbeats_that_is_asked_to_end_while_redis_is_down_ends_at_once_and_loses_nothing(
    quiet, hands
):
    with asked_to_end_without_redis(quiet, Fault.REDIS_RESTART, hands) as caught:
        quiet.worker.wait_end(SECONDS)
    assert_nothing_is_lost(quiet, caught)


@pytest.mark.parametrize("hands", ["idle", "busy"])
@pytest.mark.parametrize("fault", [Fault.REDIS_RESTART, Fault.REDIS_FREEZE], ids=["down", "silent"])
def test_a_worker_that_is_asked_to_end_while_redis_is_away_ends_by_itself_and_loses_nothing(late, fault, hands):
    """At the latest once Redis speaks again.

    Silent: nobody can tell it from a Redis that is slow. Down: a heartbeat that meets the lost connection before the
    worker's event loop does connects anew until it can, tells nobody, and heeds no signal meanwhile; found here, with
    Celery 5.3 and 5.7 (kombu's Connection.ensure, called by Heart without a limit). It depends on the moment.
    """
    with asked_to_end_without_redis(late, fault, hands) as caught:
        go_on(AWAY_SECONDS)
    late.worker.wait_end(SECONDS)
    assert_nothing_is_lost(late, caught)


@contextmanager
def asked_to_end_without_redis(workload, fault, hands):
    """The worker is asked to end while Redis is away, as it still is inside the context; yields what it holds."""
    with ExitStack() as lock:
        caught = begin_two(workload, lock) if hands == "busy" else set()
        with OF_REDIS[fault](workload.redis):
            go_on(AWAY_SECONDS)
            workload.worker.child.send(signal.SIGTERM)
            lock.close()
            yield caught


def assert_nothing_is_lost(workload, caught):
    """Another worker does what the one that ended has left."""
    workload.replace_worker()
    workload.drain()
    history = workload.judged()
    assert caught <= ids(history, Kind.EFFECT)
    assert lost(history) == []
    assert set(duplicated(history)) <= caught, "only what nobody could acknowledge may be done again"


def begin_two(workload, lock):
    """Two events in the worker's hands, of which one is in the middle until the lock is closed."""
    lock.enter_context(locked([workload]))
    workload.take_two()
    return workload.told(Kind.RECEIVED)
