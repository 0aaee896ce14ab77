"""What a worker takes ahead of its work: as many messages as it is told to; what it has not begun goes back at its end.

One process and a multiplier of one: acknowledged early, one message is run and one more is held; acknowledged late, the
one that is run is the one that is held.
"""

import signal
from collections import Counter

import pytest

from harness.checkers.delivery import duplicated, lost
from harness.history.history import ids
from harness.history.record import Kind
from harness.lanes import locked
from harness.redelivery import held_events, waiting_events
from harness.waiting import wait_until
from harness.workload import QUEUE

SECONDS = 60
EVENTS = 6
ONE = {"worker_prefetch_multiplier": 1}
SETTINGS = {"early": ONE, "late": {**ONE, "task_acks_late": True}}
TAKES = {"early": 2, "late": 1}
pytestmark = pytest.mark.timeout(230)


@pytest.fixture(params=SETTINGS, scope="module")
def setting(request):
    return request.param


@pytest.fixture(scope="module")
def workload(make_ground, make_workload, setting):
    workload = make_workload(f"prefetch-{setting}", make_ground(f"prefetch_{setting}", "own"), SETTINGS[setting])
    yield workload
    workload.close()


def hand_over(workload, setting):
    """Events, more than the worker takes; returns once it has taken what it takes. The table must be locked."""
    events = {workload.probe() for _ in range(EVENTS)}
    full = lambda: len(taken(workload)) >= TAKES[setting] and workload.in_the_middle()  # noqa: E731
    wait_until(full, SECONDS, "the worker has taken what it takes", abort=workload.worker.raise_if_exited)
    return events


def taken(workload):
    return [record for record in workload.trial() if record.kind is Kind.RECEIVED]


def stopping(workload):
    return [record for record in workload.trial() if record.kind is Kind.STOPPING]


def waiting(workload):
    return waiting_events(workload.redis.url, QUEUE)


def each_is_done_once(workload, events):
    workload.drain()
    history = workload.judged()
    return events <= ids(history, Kind.EFFECT) and not lost(history) and not duplicated(history)


def test_a_worker_takes_no_more_than_it_is_told_to_and_another_one_gets_the_rest(workload, setting):
    workload.begin()
    with locked([workload]):
        events = hand_over(workload, setting)
        other = workload.another_worker()
        left = EVENTS - 2 * TAKES[setting]
        shared = lambda: len(waiting(workload)) <= left and len(taken(workload)) >= EVENTS - left  # noqa: E731
        wait_until(shared, SECONDS, "the other worker has taken its share", abort=other.raise_if_exited)
        shares = Counter(record.process for record in taken(workload))
        assert sorted(shares.values()) == [TAKES[setting]] * 2
    wait_until(lambda: events <= workload.told(Kind.SUCCEEDED), SECONDS, "both have done everything")
    assert other.stop(SECONDS) == 0
    assert each_is_done_once(workload, events)


def test_what_a_worker_that_is_asked_to_end_has_taken_ahead_is_in_the_queue_again(workload, setting):
    workload.begin()
    with locked([workload]):
        events = hand_over(workload, setting)
        workload.worker.child.send(signal.SIGTERM)
        wait_until(lambda: stopping(workload), SECONDS, "the worker knows that it is to end")
    assert workload.worker.wait_end(SECONDS) == 0
    begun = workload.told(Kind.STARTED)
    assert held_events(workload.redis.url) == []
    assert sorted(waiting(workload)) == sorted(events - begun), "neither left out nor there twice"
    assert begun < events, "nothing was left to give back"
    workload.replace_worker()
    assert each_is_done_once(workload, events)
