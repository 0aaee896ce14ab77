"""A worker that dies, or finds no database, in the middle of writing the row."""

import json

import pytest
from redis import Redis

from harness.faults.worker_faults import kill_children
from harness.waiting import wait_until
from modules.auth.accounts.models import AuthAuditLog

EVENT = [None, "in the middle", None, "", None, False, None]
LATER = [None, "afterwards", None, "", None, False, None]
ID = "2f1c8a52-6f0e-4d0b-9d36-0f3f8f2d1a77"


@pytest.mark.guards("trap-6")
def test_a_worker_killed_in_the_middle_of_an_event_writes_it_once_it_is_back(on_own_redis, trail, locked_table):
    worker = on_own_redis.worker("--concurrency", "1")
    trail.deliver(EVENT, ID)
    writer = locked_table.writer(worker)
    kill_children(worker)
    locked_table.end(writer)
    locked_table.writer(worker, but=writer)
    locked_table.release()
    trail.drained(worker)
    assert [row["event_type"] for row in trail.rows(1, worker)] == ["in the middle"]


@pytest.mark.guards("trap-6")
def test_a_row_that_the_database_finishes_for_a_killed_worker_is_not_written_again(on_own_redis, trail, locked_table):
    worker = on_own_redis.worker("--concurrency", "1")
    trail.deliver(EVENT, ID)
    writer = locked_table.writer(worker)
    kill_children(worker)
    locked_table.writer(worker, but=writer)
    locked_table.release()
    trail.drained(worker)
    assert [row["event_type"] for row in trail.rows(1, worker)] == ["in the middle"]


@pytest.mark.guards("trap-6")
def test_delivered_as_planned_the_event_of_a_killed_worker_is_lost(on_own_redis, trail, locked_table, ada):
    worker = on_own_redis.with_settings(AUDIT_DELIVERY="plan").worker("--concurrency", "1")
    trail.deliver([ada.pk, *EVENT[1:]], ID)
    writer = locked_table.writer(worker)
    kill_children(worker)
    locked_table.end(writer)
    locked_table.release()
    trail.deliver([ada.pk, *LATER[1:]], "another")
    assert [row["event_type"] for row in trail.rows(1, worker)] == ["afterwards"]
    trail.drained(worker)
    assert AuthAuditLog.objects.count() == 1


def test_an_event_that_finds_no_database_is_tried_again_until_it_is_a_row(on_own_redis, own_redis, trail, locked_table):
    """The database refuses at once here: a lock that is not to be had within 100 ms."""
    url = on_own_redis.settings["DATABASE_URL"]
    impatient = f"{url}{'&' if '?' in url else '?'}options=-c%20lock_timeout%3D100"
    worker = on_own_redis.with_settings(DATABASE_URL=impatient).worker("--concurrency", "1")
    trail.deliver(EVENT, ID)
    with Redis.from_url(own_redis.url) as client:
        why = "the worker holds the event for a second try"
        wait_until(lambda: held_for_a_retry(client), 30, why, abort=worker.raise_if_exited)
    assert worker.child.exit_code() is None
    locked_table.release()
    assert [row["event_type"] for row in trail.rows(1, worker)] == ["in the middle"]


def held_for_a_retry(client: "Redis") -> bool:
    messages = [json.loads(held)[0] for held in client.hvals("unacked")]
    return any(message["headers"]["retries"] for message in messages)
