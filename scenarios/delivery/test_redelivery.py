"""The visibility timeout: how long Redis as a broker waits for an acknowledgement before it gives a message out again.

Workers look for such messages when they start, and from time to time; the scenarios do not wait for the latter.
"""

import pytest

from harness.checkers.delivery import lost
from harness.history.history import ids
from harness.history.record import Kind
from harness.lanes import locked
from harness.redelivery import give_out_again
from harness.waiting import real_seconds, wait_until

TIMEOUT_SECONDS = 3
COUNTDOWN_SECONDS = 8
SECONDS = 60
SETTINGS = {"task_acks_late": True, "broker_transport_options": {"visibility_timeout": TIMEOUT_SECONDS}}
pytestmark = pytest.mark.timeout(230)


@pytest.fixture(scope="module")
def workload(make_ground, make_workload):
    workload = make_workload("visibility", make_ground("visibility", "own"), SETTINGS)
    workload.begin()
    return workload


@pytest.fixture
def other_worker(workload):
    """Starts one more worker once the visibility timeout of what has been taken is over."""
    started = []

    def start():
        wait_for_the_timeout()
        started.append(workload.another_worker())

    yield start
    for worker in started:
        worker.child.kill()


def wait_for_the_timeout():
    until = real_seconds() + TIMEOUT_SECONDS + 1
    wait_until(lambda: real_seconds() > until, SECONDS, "the visibility timeout is over")


def effects(workload, *events):
    """How many rows the events have, once each has one and nothing is on the way any more."""
    workload.drain()
    history = workload.judged()
    return [sum(record.kind is Kind.EFFECT and record.event == event for record in history) for event in events]


def test_what_a_killed_worker_held_is_done_by_the_next_one(workload, other_worker):
    workload.begin()
    with locked([workload]):
        workload.fill_hands()
        workload.pause()
        workload.worker.child.kill()
    other_worker()
    accepted = workload.told(Kind.ACKED)
    wait_until(lambda: accepted <= ids(workload.judged(), Kind.EFFECT), SECONDS, "all that was accepted is done")
    assert lost(workload.judged()) == []


def test_a_countdown_longer_than_the_timeout_is_done_twice(workload):
    """Documented as a caveat of Redis as a broker; the plan's own countdown of 10 s is far below the default hour."""
    workload.begin()
    event = workload.probe(countdown=COUNTDOWN_SECONDS)
    wait_until(lambda: event in workload.told(Kind.RECEIVED), SECONDS, "the worker has taken it")
    wait_for_the_timeout()
    give_out_again(workload.app, workload.redis.url, TIMEOUT_SECONDS)
    wait_until(lambda: times(workload, event, Kind.SUCCEEDED) == 2, SECONDS, "it is done a second time")
    assert effects(workload, event) == [2]


def test_a_task_that_takes_longer_than_the_timeout_is_done_twice_when_another_worker_starts(workload, other_worker):
    workload.begin()
    with locked([workload]):
        event = workload.probe()
        wait_until(lambda: event in workload.in_the_middle(), SECONDS, "the worker has begun it")
        other_worker()
        wait_until(lambda: times(workload, event, Kind.RECEIVED) == 2, SECONDS, "one of them is given it again")
    assert effects(workload, event) == [2]


def times(workload, event, kind):
    return sum(record.kind is kind and record.event == event for record in workload.trial())
