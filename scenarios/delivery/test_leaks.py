"""A worker that has done much holds no more than one that has done little, and leaves nothing in Redis."""

import os
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from harness import sessions
from harness.audit_event import TASK
from harness.history.record import Kind
from harness.waiting import wait_until

SOME, MANY = 200, 2500  # in each half, for each of the two endings: 800 and 10,000 in all
SECONDS = 180  # a guard: each failure is a traceback in the log, and the machine may be busy
BINDINGS = "_kombu.binding"  # what each queue is bound to; kept as long as the queue may be used
pytestmark = pytest.mark.timeout(400)


@pytest.fixture(scope="module")
def workload(make_ground, make_workload):
    workload = make_workload("leaks", make_ground("leaks", "own"), {})
    yield workload
    workload.close()


@pytest.mark.parametrize("ending", ["succeed", "fail"])
@pytest.mark.parametrize("events", [SOME, pytest.param(MANY, marks=pytest.mark.full)])
def test_files_and_connections_do_not_grow_and_no_key_is_left(workload, observe, events, ending):
    workload.begin()
    work(workload, events, ending)
    half = held(workload)
    work(workload, events, ending)
    whole = held(workload)
    growth = whole["bytes"] - half["bytes"]
    observe(f"memory: {ending}", {"worker bytes": whole["bytes"], "growth over the second half bytes": growth})
    observe("worker: open files", whole["files"])
    observe("worker: connections", whole["connections"])
    assert whole["files"] <= half["files"]
    assert whole["connections"] <= half["connections"]
    workload.worker.stop()
    with Redis.from_url(workload.redis.url, decode_responses=True) as redis:
        assert [key for key in redis.scan_iter() if not key.startswith(BINDINGS)] == []


def work(workload, events, ending):
    """Have the worker run so many events, which succeed, or fail because the database refuses the row."""
    keywords = {"event_type": "leak", "ip_address": None, "user_agent": "", "device_info": None}
    told = {"user_id": workload.user, "success": True if ending == "succeed" else None, "details": {}}
    before = rows(workload)
    with workload.app.connection_for_write(workload.redis.url) as connection:
        for _ in range(events):
            workload.app.send_task(TASK, kwargs=keywords | told, connection=connection, ignore_result=True)
    last = workload.probe()
    wait_until(lambda: last in workload.told(Kind.ENDED), SECONDS, "all of them have been run")
    assert rows(workload) - before == (events if ending == "succeed" else 0)


def rows(workload):
    """How many rows these events have written."""
    with psycopg.connect(workload.database_url) as connection:
        return connection.execute("SELECT count(*) FROM accounts_authauditlog WHERE event_type = 'leak'").fetchone()[0]


def held(workload):
    """What the worker's processes hold now: files, connections to Redis, resident memory."""
    main = workload.worker.child.pid
    pids = [main, *sessions.children(main)]
    with Redis.from_url(workload.redis.url) as redis:
        connections = len(redis.client_list()) - 1
    files = sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids)
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in pids)
    return {"files": files, "connections": connections, "bytes": pages * os.sysconf("SC_PAGE_SIZE")}
