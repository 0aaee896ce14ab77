"""Many events in one insert, where the package celery-batches is: the promises are those of the safe delivery."""

from importlib.util import find_spec

import pytest
from django.db import connection

from harness import raw_messages
from harness.faults.worker_faults import kill_children
from harness.waiting import wait_until
from modules.auth.accounts.models import User

pytestmark = pytest.mark.skipif(find_spec("celery_batches") is None, reason="celery-batches is not among the pins")

EVENT = [None, "login_failed", "192.0.2.7", "Firefox", None, False, {"reason": "unknown_user"}]
ID = "2f1c8a52-6f0e-4d0b-9d36-0f3f8f2d1a77"
NOBODY = 2**31
MANY = 250  # more than two batches
SECONDS = 30
DIRECTLY = "modules.auth.accounts.tasks:log_auth_event_task"


@pytest.fixture
def batching(on_own_redis):
    """A launcher of processes that deliver in batches."""
    return on_own_redis.with_settings(AUDIT_DELIVERY="batch")


def named(number: int) -> list[object]:
    """An event that can be told from others."""
    return [None, f"event {number}", *EVENT[2:]]


def inserts() -> int:
    """By how many transactions the rows were written, as PostgreSQL keeps it in each of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM accounts_authauditlog")
        return cursor.fetchone()[0]


def test_many_events_are_written_in_few_inserts_each_of_them_once(batching, trail):
    for number in range(MANY):
        trail.deliver(named(number), f"id of {number}", times=2)
    worker = batching.worker("--concurrency", "2")
    rows = trail.rows(MANY, worker)
    trail.drained(worker)
    assert sorted(row["event_type"] for row in rows) == sorted(f"event {number}" for number in range(MANY))
    assert inserts() < MANY / 2  # a busy machine fills no batch in time


def test_a_single_event_does_not_wait_for_others(batching, trail):
    worker = batching.worker("--concurrency", "1")
    trail.deliver(EVENT, ID)
    assert trail.rows(1, worker)[0]["details"] == {"reason": "unknown_user"}


def test_an_event_that_cannot_be_written_as_it_is_spoils_no_other(batching, trail, ada):
    trail.deliver(named(1), "the first")
    trail.deliver([NOBODY, *EVENT[1:]], "of a user who is gone")
    trail.deliver(["too", "few"], "no audit event")
    trail.deliver([None, "x" * 65, *EVENT[2:]], "too long for its column")
    trail.deliver([ada.pk, *EVENT[1:]], "the last")
    worker = batching.worker("--concurrency", "1")
    trail.drained(worker)
    rows = {row["event_type"]: row for row in trail.rows(3, worker) if row["user_id"] is None}
    assert rows["login_failed"]["details"]["user_id"] == NOBODY
    assert {row["user_id"] for row in trail.rows(3, worker)} == {None, User.objects.get().pk}
    assert len(trail.rows(3, worker)) == 3


def test_a_batch_is_held_while_the_database_is_away(batching, trail, locked_table):
    trail.deliver(EVENT, ID)
    worker = batching.worker("--concurrency", "1")
    writer = locked_table.writer(worker)
    locked_table.end(writer)
    locked_table.writer(worker, but=writer)
    locked_table.release()
    assert [row["event_type"] for row in trail.rows(1, worker)] == ["login_failed"]
    trail.drained(worker)


def test_the_batch_of_a_killed_process_is_written_by_the_next_worker(batching, trail, locked_table, own_redis):
    trail.deliver(EVENT, ID)
    worker = batching.worker("--concurrency", "1")
    writer = locked_table.writer(worker)
    kill_children(worker)
    locked_table.end(writer)
    locked_table.release()
    assert raw_messages.held(own_redis.url)
    worker.stop()
    wait_until(lambda: raw_messages.waiting(own_redis.url, "celery"), SECONDS, "what it held is back in the queue")
    assert [row["event_type"] for row in trail.rows(1, batching.worker("--concurrency", "1"))] == ["login_failed"]


def test_the_task_can_still_be_called_as_the_plan_has_it(batching, trail):
    fields = ("user_id", "event_type", "ip_address", "user_agent", "device_info", "success", "details")
    batching.caller().call(DIRECTLY, **dict(zip(fields, EVENT, strict=True)))
    assert [row["event_type"] for row in trail.rows(1)] == ["login_failed"]
