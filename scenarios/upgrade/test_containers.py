"""The moments web_first and worker_first as containers: real network, real signals.

The worker image of each stack holds what its lock says. Producers are containers too, in the place of the web process.
Each task leaves its effect in Redis, and its result says what the process that ran it was made of.
"""

import json
from collections import Counter
from pathlib import Path

import pytest
import redis as client

from harness.waiting import wait_until

EXTRA = Path(__file__).parent / "extra"
HELD, RELEASE, EFFECTS = (f"container:{word}" for word in ("held", "release", "effects"))
TASKS = 20
SECONDS = 100  # a guard against hanging: a worker, a producer and Redis start within it on a loaded machine
pytestmark = [pytest.mark.full, pytest.mark.timeout(230)]  # the gate waits hardly longer for a scenario

MOMENTS = pytest.mark.parametrize(
    ("producer", "worker"), [("new", "old"), ("old", "new")], ids=["web_first", "worker_first"]
)


@pytest.fixture
def network(container_engine, session):
    """Broker and backend, with nothing in them."""
    from harness.containers.network import Network  # noqa: PLC0415 - Docker's library, for this alone

    network = Network(session.reaper, EXTRA)
    yield network
    network.close()


@pytest.fixture
def releases(container_engine, session):
    """What the two sides deploy."""
    from harness.containers.network import Release  # noqa: PLC0415 - as above

    launchers = {"old": session.old_launcher(), "new": session.launcher()}
    return {side: Release(side, one.interpreter, one.app, one.settings) for side, one in launchers.items()}


@pytest.fixture
def store(network):
    """The backend's Redis, from outside."""
    with client.Redis.from_url(network.backend.config()["host_url"], decode_responses=True) as store:
        yield store


def finish(producer, worker):
    """Wait until a producer has its results, as long as the worker lives."""
    from harness.containers.ending import raise_if_exited, wait_end  # noqa: PLC0415 - as above

    if wait_end(producer, "the producer", SECONDS, abort=lambda: raise_if_exited(worker, "the worker")):
        raise_if_exited(producer, "the producer")


def judge(store, report, releases, producer):
    """Which sides ran how many tasks. Fails unless each was run once, by what its node's lock says."""
    told = json.loads(store.get(report))
    releases[producer].interpreter.require(told["packages"], "the producer", told["python"])
    for result in told["results"]:
        releases[result["node"]].interpreter.require(
            result["packages"], f"the {result['node']} worker", result["python"]
        )
    effects = [json.loads(line) for line in store.lrange(EFFECTS, 0, -1)]
    times = Counter(task for task, _node in effects)
    assert times == dict.fromkeys(told["sent"], 1)
    return Counter(node for _task, node in effects)


@MOMENTS
def test_each_task_of_one_release_is_run_once_by_the_other(network, releases, store, producer, worker):
    consumer = network.worker(releases[worker])
    finish(network.producer(releases[producer], "report", "0", str(TASKS)), consumer)
    assert judge(store, "report", releases, producer) == {worker: TASKS}


@pytest.mark.parametrize("producer", ["old", "new"])
def test_workers_of_both_releases_share_one_queue(network, releases, store, producer):
    """Both hold a task at once; each has room for one."""
    from harness.containers.ending import raise_if_exited  # noqa: PLC0415 - as above

    workers = [network.worker(one, "--prefetch-multiplier", "1") for one in releases.values()]
    sender = network.producer(releases[producer], "report", "2", str(TASKS))

    def all_alive():
        for one in workers:
            raise_if_exited(one, "a worker")

    held = wait_until(
        lambda: store.llen(HELD) == 2 and store.lrange(HELD, 0, -1), SECONDS, "both hold", abort=all_alive
    )
    assert sorted(held) == ["new", "old"]
    store.rpush(RELEASE, "one", "other")
    finish(sender, workers[0])
    assert set(judge(store, "report", releases, producer)) == {"old", "new"}


@pytest.mark.parametrize(("stopped", "other"), [("old", "new"), ("new", "old")], ids=["old stopped", "new stopped"])
def test_a_stopped_worker_ends_its_task_and_leaves_the_rest_to_the_other_release(
    network, releases, store, stopped, other
):
    """SIGTERM to the container's first process, as `docker stop` and Kubernetes send it."""
    from harness.containers.ending import raise_if_exited, wait_end  # noqa: PLC0415 - as above

    leaving = network.worker(releases[stopped])
    sender = network.producer(releases[other], "report", "1", str(TASKS))
    alive = lambda: raise_if_exited(leaving, "the worker")  # noqa: E731 - one expression
    wait_until(lambda: store.llen(HELD), SECONDS, "the worker holds a task", abort=alive)
    leaving.kill("SIGTERM")
    store.rpush(RELEASE, "go on")
    assert wait_end(leaving, "the worker", SECONDS) == 0
    finish(sender, network.worker(releases[other]))
    ran = judge(store, "report", releases, other)
    assert ran[stopped] >= 1
    assert ran[other] >= 1
