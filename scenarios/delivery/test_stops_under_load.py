"""Workers that are replaced one after another while logins go on, as in any deployment: what becomes of each event."""

from dataclasses import replace

import pytest

from harness.checkers.delivery import duplicated, lost, tally, unexpected
from harness.redelivery import waiting_events
from harness.waiting import wait_until
from harness.workload import QUEUE

STOPS = 4
RATE = 20  # events a second
SECONDS = 60
pytestmark = pytest.mark.timeout(230)


@pytest.fixture(params=["safe", "plan"])
def workload(request, make_ground, make_workload):
    """A producer and a worker of the app with that way of delivery."""
    name = f"replaced-{request.param}"
    ground = make_ground(name.replace("-", "_"), "own")
    ground = replace(ground, launcher=ground.launcher.with_settings(AUDIT_DELIVERY=request.param))
    workload = make_workload(name, ground, {})
    yield workload
    workload.close()


def keep_up(workload):
    """Return once the worker does each event as it comes: then one may be handed to it at any moment."""
    workload.flow(RATE)
    url = workload.redis.url
    wait_until(lambda: not waiting_events(url, QUEUE), SECONDS, "it keeps up", abort=workload.worker.raise_if_exited)


def test_each_event_is_one_row_though_workers_are_replaced_under_load(workload):
    workload.begin()
    for _ in range(STOPS):
        keep_up(workload)
        assert workload.worker.stop(SECONDS) == 0
        workload.replace_worker()
    keep_up(workload)
    workload.drain()
    history = workload.judged()
    assert (lost(history), duplicated(history), unexpected(history)) == ([], [], []), tally(history)
