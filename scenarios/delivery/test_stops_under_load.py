"""Workers that are replaced one after another while logins go on, as in any deployment: each event is one row.

With the safe delivery, whatever the worker does twice; with the plan's because a worker that is asked to end ends what
it has begun, acknowledges it, and gives the rest back, acknowledged early or late.
"""

import pytest

from harness.checkers.delivery import duplicated, lost, tally, unexpected
from harness.redelivery import waiting_events
from harness.waiting import real_seconds, wait_until
from harness.workload import QUEUE

STOPS = 5
RATE = 20  # events a second
SECONDS = 60
LATE = {"task_acks_late": True}
AGAIN = pytest.mark.red_on(
    "celery>=5.6",
    "found here: asked to end at the moment at which a message comes in, a worker takes half a minute to end, and what "
    "it did meanwhile is not acknowledged and done again. No upstream issue was found. See test_stop_at_receipt.py",
    strict=False,  # it depends on the moment
    cause="done twice",
)
pytestmark = pytest.mark.timeout(230)


@pytest.fixture
def workload(delivery, settings_of_celery, make_ground, make_workload):
    """A producer and a worker of the app with that way of delivery."""
    name = "-".join(["replaced", delivery, *settings_of_celery])
    ground = make_ground(name.replace("-", "_"), "own").with_settings(AUDIT_DELIVERY=delivery)
    workload = make_workload(name, ground, settings_of_celery)
    yield workload
    workload.close()


@pytest.mark.parametrize(
    ("delivery", "settings_of_celery"),
    [
        pytest.param("safe", {}, id="safe"),
        pytest.param("plan", {}, id="plan", marks=AGAIN),
        pytest.param("plan", LATE, id="plan-late", marks=AGAIN),
    ],
)
def test_each_event_is_one_row_though_workers_are_replaced_under_load(workload, observe):
    workload.begin()
    seconds = [replaced(workload) for _ in range(STOPS)]
    observe("stops under load", {"longest stop seconds": round(max(seconds))})
    workload.drain()
    history = workload.judged()
    assert lost(history) == [], f"lost: {tally(history)}"
    assert unexpected(history) == [], f"unexpected: {tally(history)}"
    assert duplicated(history) == [], f"done twice: {tally(history)}"


def replaced(workload):
    """Seconds that a worker took to end which had been doing each event as it came."""
    workload.pause()
    url = workload.redis.url
    done = lambda: not waiting_events(url, QUEUE)  # noqa: E731
    wait_until(done, SECONDS, "nothing is left of before", abort=workload.worker.raise_if_exited)
    workload.flow(RATE)
    asked = real_seconds()
    assert workload.worker.stop(SECONDS) == 0
    taken = real_seconds() - asked
    workload.replace_worker()
    return taken
