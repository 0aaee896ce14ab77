"""Logins over HTTP, the rows and messages that they leave, and a broker that does not do its work."""

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest
from redis import Redis

from harness import raw_messages
from harness.faults.fault import Fault
from harness.faults.redis_faults import OF_REDIS
from harness.processes.launcher import Launcher
from harness.processes.process import Process, Web
from harness.services.base import RedisService
from harness.session import Session
from harness.waiting import wait_until

SECONDS = 30
QUEUE = "celery"
TASK = "modules.auth.accounts.tasks.log_auth_event_task"
PASSWORD = "correct horse"  # noqa: S105 - made up


@dataclass(frozen=True)
class Answer:
    """What a login answered: the HTTP status, and after how many seconds."""

    status: int
    seconds: float


class Trail:
    """Where events are: in rows, or in messages on a Redis."""

    def __init__(self, url: str) -> None:
        self._url = url

    def waiting(self) -> list[dict[str, object]]:
        """The arguments of the audit messages that no worker has taken, oldest first."""
        return [message.json()[1] for message in raw_messages.waiting(self._url, QUEUE)]

    def keys(self) -> set[bytes]:
        """All keys but kombu's own list of queues."""
        with Redis.from_url(self._url) as client:
            return {key for key in client.scan_iter() if not key.startswith(b"_kombu.binding")}

    @staticmethod
    def rows(count: int, *worth_watching: Process) -> list[dict[str, object]]:
        """All rows, oldest first, as soon as there are so many."""
        from modules.auth.accounts.models import AuthAuditLog  # noqa: PLC0415 - importable once a session has begun

        seen = AuthAuditLog.objects.order_by("pk")
        hint = f"Logs: {', '.join(str(process.child.log) for process in worth_watching)}"
        wait_until(lambda: seen.count() >= count, SECONDS, f"{count} audit rows", hint=hint)
        return list(seen.values())

    def deliver(self, arguments: list[object], message_id: str, times: int = 1) -> None:
        """Put a message of the audit task on the queue so many times, as an older release or a broker would."""
        headers = {"lang": "py", "task": TASK, "id": message_id, "root_id": message_id, "retries": 0}
        headers |= {"ignore_result": False, "timelimit": [None, None]}
        body = json.dumps([arguments, {}, {"callbacks": None, "errbacks": None, "chain": None, "chord": None}])
        for _ in range(times):
            raw_messages.put(self._url, QUEUE, body.encode(), "application/json", headers)

    def drained(self, worker: Process) -> None:
        """Return when a worker has taken and acknowledged everything."""
        why, hint = "the worker has done everything", f"The worker's log: {worker.child.log}"
        done = lambda: raw_messages.nothing_on_its_way(self._url, QUEUE)  # noqa: E731
        wait_until(done, SECONDS, why, abort=worker.raise_if_exited, hint=hint)


@pytest.fixture
def ada(transactional_db: None):
    """A user with a password."""
    from modules.auth.accounts.models import User  # noqa: PLC0415 - importable once a session has begun

    return User.objects.create_user("ada", "ada@example.com", PASSWORD)


@pytest.fixture
def log_in() -> Callable[..., Answer]:
    """POST /login/ as a browser's script would."""

    def post(web: Web, username: str = "ada", password: str = PASSWORD, **more: str) -> Answer:
        body = json.dumps({"username": username, "password": password, **more}).encode()
        headers = {"Content-Type": "application/json", "User-Agent": "Firefox"}
        request = urllib.request.Request(f"{web.url}/login/", body, headers)  # noqa: S310 - our own http:// address
        begun = time.perf_counter()
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
                status = answer.status
        except urllib.error.HTTPError as error:
            status = error.code
        return Answer(status, time.perf_counter() - begun)

    return post


@pytest.fixture
def on_own_redis(launcher: Launcher, own_redis: RedisService) -> Launcher:
    """Starts processes that talk to a Redis of this scenario's own."""
    return launcher.with_settings(CELERY_BROKER_URL=own_redis.url, CELERY_RESULT_BACKEND=own_redis.url)


@pytest.fixture
def trail_on() -> Callable[[str], Trail]:
    """Rows, and messages on the Redis of that address."""
    return Trail


@pytest.fixture
def shared_trail() -> Trail:
    """Rows, and messages on the Redis to which the shared worker listens."""
    return Trail(os.environ["CELERY_BROKER_URL"])


@pytest.fixture
def trail(own_redis: RedisService) -> Trail:
    """Rows, and messages on this scenario's own Redis."""
    return Trail(own_redis.url)


@pytest.fixture(scope="module")
def plan_worker(session: Session, django_db_setup: None) -> Iterator[Process]:
    """A worker that delivers as the plan says, on a Redis of its own."""
    launcher = session.launcher()
    url = session.redis("plan").url
    settings = {"CELERY_BROKER_URL": url, "CELERY_RESULT_BACKEND": url, "AUDIT_DELIVERY": "plan"}
    yield launcher.with_settings(**settings).worker("--concurrency", "1", name="plan-worker")
    launcher.stop_all()


@pytest.fixture
def locked_table(transactional_db: None) -> Iterator["LockedTable"]:
    """Nobody writes an audit row until it is released."""
    locked = LockedTable()
    yield locked
    locked.release()


class LockedTable:
    """The audit table, locked by a transaction of this process: whoever writes a row waits."""

    WAITING = "SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'accounts_authauditlog'::regclass"

    def __init__(self) -> None:
        from django.db import connection  # noqa: PLC0415 - importable once a session has begun

        self._connection = connection.copy()
        self._execute("BEGIN")
        self._execute("LOCK TABLE accounts_authauditlog IN ACCESS EXCLUSIVE MODE")

    def writer(self, worker: Process, but: int = 0) -> int:
        """The database's process that waits to write a row, another one than `but`, as soon as there is one."""
        hint = f"The worker's log: {worker.child.log}"
        why = "a worker is in the middle of writing a row"
        return wait_until(lambda: self._waiting(but), SECONDS, why, abort=worker.raise_if_exited, hint=hint)

    def _waiting(self, but: int) -> int | None:
        return next((pid for (pid,) in self._execute(self.WAITING) if pid != but), None)

    def end(self, writer: int) -> None:
        """Cut the database's end of a connection, so that what it waits to write is never written."""
        self._execute(f"SELECT pg_terminate_backend({writer})")

    def release(self) -> None:
        """Let everybody write."""
        self._connection.close()

    def _execute(self, statement: str) -> list[tuple[int, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


# A broker that does not do its work -----------------------------------------------------------------------------------


class Broker:
    """A Redis that is to fail its clients, in one way at a time."""

    def __init__(self, redis: RedisService) -> None:
        self._redis = redis
        self._fault = ExitStack()

    def suffer(self, fault: Fault) -> None:
        """Fail in that way from now on."""
        self._fault.enter_context(OF_REDIS[fault](self._redis))

    def recover(self) -> None:
        """Work again."""
        self._fault.close()


@pytest.fixture
def broker(own_redis: RedisService) -> Iterator[Broker]:
    """This scenario's own Redis, to be harmed."""
    broker = Broker(own_redis)
    yield broker
    broker.recover()
