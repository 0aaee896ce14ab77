"""The audit task keeps its worker's database connection from event to event; what that could break is here."""

import json

import pytest
from django.db import connection

from harness import raw_messages
from harness.waiting import wait_until
from modules.auth.accounts.models import BackupCode

EVENT = [None, "login_failed", "192.0.2.7", "Firefox", None, False, None]
CLEAN = "modules.auth.accounts.tasks.clean_mfa_data"
SECONDS = 30
OTHERS = """SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""


@pytest.fixture
def keeping(on_own_redis):
    """A launcher of processes that may keep their database connections."""
    return on_own_redis.with_settings(DATABASE_CONN_MAX_AGE="600")


def ask(statement: str) -> list[int]:
    """The first column."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [row[0] for row in cursor.fetchall()]


def cut_all_others() -> None:
    """What a restart of PostgreSQL, or a firewall, does to connections that are kept."""
    ask(OTHERS.replace("SELECT pid", "SELECT pg_terminate_backend(pid)"))


def written(trail, worker, number: int) -> None:
    """Have one more event written, the `number`th."""
    trail.deliver(EVENT, f"event {number}")
    assert len(trail.rows(number, worker)) == number
    trail.drained(worker)


def test_events_one_after_another_are_written_through_one_connection(keeping, trail):
    worker = keeping.worker("--concurrency", "1")
    written(trail, worker, 1)
    kept = ask(OTHERS)
    written(trail, worker, 2)
    assert len(kept) == 1
    assert ask(OTHERS) == kept


def test_an_event_that_finds_its_kept_connection_cut_is_written_all_the_same(keeping, trail):
    worker = keeping.worker("--concurrency", "1")
    written(trail, worker, 1)
    cut_all_others()
    written(trail, worker, 2)


def test_another_task_does_not_meet_a_kept_connection_that_was_cut(keeping, trail, own_redis, ada):
    long_ago = "2020-01-01T00:00:00+00:00"
    BackupCode.objects.create(user=ada, code_hash="x", used=True, used_at=long_ago)
    worker = keeping.worker("--concurrency", "1")
    written(trail, worker, 1)
    cut_all_others()
    headers = {"lang": "py", "task": CLEAN, "id": "nightly", "root_id": "nightly", "retries": 0}
    body = json.dumps([[], {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
    raw_messages.put(own_redis.url, "celery", body.encode(), "application/json", headers)
    gone = "the nightly clean-up has done its work"
    wait_until(lambda: not BackupCode.objects.exists(), SECONDS, gone, abort=worker.raise_if_exited)
