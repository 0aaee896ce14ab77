"""Lends a pool of services to other processes, whatever Python and packages they run on.

The owner serves a unix socket from a thread; a borrower gets objects with the same methods as the owner's.
This file is standard library only and Python 3.10: a stack's interpreter has nothing else for certain.
"""

import secrets
import socket
import threading
from functools import cached_property
from multiprocessing import AuthenticationError
from multiprocessing.connection import Listener
from multiprocessing.managers import BaseManager, BaseProxy, Server
from pathlib import Path
from typing import Any, cast

from harness.errors import PreflightError
from harness.reaper import Reaper
from harness.services.base import PostgresService, RedisService, ServicePool

COMMON = frozenset({"provider", "description", "start", "stop", "kill", "freeze", "resume", "is_up", "raise_if_died"})
LENT = {
    "redis": COMMON | {"url", "flush"},
    "durable redis": COMMON | {"url", "flush"},
    "postgres": COMMON | {"create_database", "drop_database"},
    "pool": frozenset({"raise_if_died"}),
}
OURS = ("builtins", "harness.errors")  # modules whose errors every borrower can read


class Counter:
    """The desk's inner side: one request, one answer. Runs in the owner's process."""

    def __init__(self, pool: ServicePool) -> None:
        self._pool = pool
        self.closed = False

    def serve(self, kind: str, name: str, what: str, *arguments: str) -> Any:
        """Call or read `what` of the service of that kind and name; `kind` is a key of LENT.

        Raises what the service raised, or PreflightError in its place when a borrower could not read it.
        """
        if self.closed or what not in LENT[kind]:
            raise PreflightError("nothing is lent any more" if self.closed else f"a borrowed {kind} has no {what!r}")
        try:
            member = getattr(self._find(kind, name), what)
            return member(*arguments) if callable(member) else member
        except Exception as error:
            if type(error).__module__ in OURS:
                raise
            raise PreflightError(f"{kind} {what}: {type(error).__name__}: {error}") from error

    def _find(self, kind: str, name: str) -> object:
        if kind == "pool":
            return self._pool
        if kind == "postgres":
            return self._pool.postgres(name)
        return self._pool.redis(name, durable=kind == "durable redis")


class CounterProxy(BaseProxy):
    """The counter as seen from a borrower's process; every thread gets a connection of its own."""

    _exposed_ = ("serve",)

    def serve(self, *request: str) -> Any:
        """See Counter.serve. Raises PreflightError when the owner is gone."""
        try:
            return self._callmethod("serve", request)
        except (EOFError, ConnectionError, FileNotFoundError) as error:
            raise PreflightError(f"the process that lends {request[0]} is gone ({type(error).__name__})") from error


class _Door(Server):
    """Accepts borrowers until it is told to stop, which the standard one can only with its process."""

    listener: Listener

    def __init__(self, counter: Counter, address: str, authkey: bytes) -> None:
        super().__init__({"counter": (lambda: counter, CounterProxy._exposed_, {}, None)}, address, authkey, "pickle")
        self.stop_event = threading.Event()  # never set: a connection's thread would answer None to what comes next
        self.shut = threading.Event()

    def accepter(self) -> None:
        while True:
            connection = self.listener.accept()
            if self.shut.is_set():
                return connection.close()
            threading.Thread(target=self.handle_request, args=(connection,), daemon=True).start()


class Desk:
    """Lends `pool` to whoever knows the address and the key. Not the pool's owner: closes nothing of it."""

    def __init__(self, pool: ServicePool, reaper: Reaper) -> None:
        folder: Path = reaper.temporary_folder("desk")
        self.address = str(folder / "s")
        self.authkey = secrets.token_bytes(32)
        self._counter = Counter(pool)
        self._door = _Door(self._counter, self.address, self.authkey)
        self._thread = threading.Thread(target=self._door.accepter, name="desk", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Lend nothing any more. Returns when the door is shut; a request in flight is still answered."""
        self._counter.closed = True
        if self._thread.is_alive():
            self._door.shut.set()
            with socket.socket(socket.AF_UNIX) as last_caller:
                last_caller.connect(self.address)
            self._thread.join()
            self._door.listener.close()


class _Lent:
    """What borrowed services of both kinds have in common."""

    kind = ""

    def __init__(self, counter: CounterProxy, name: str) -> None:
        self._counter = counter
        self._name = name

    def _ask(self, what: str, *arguments: str) -> Any:
        return self._counter.serve(self.kind, self._name, what, *arguments)

    @property
    def provider(self) -> str:
        return cast("str", self._ask("provider"))

    @property
    def description(self) -> str:
        return cast("str", self._ask("description"))

    def start(self) -> None:
        self._ask("start")

    def stop(self) -> None:
        self._ask("stop")

    def kill(self) -> None:
        self._ask("kill")

    def freeze(self) -> None:
        self._ask("freeze")

    def resume(self) -> None:
        self._ask("resume")

    def is_up(self) -> bool:
        return cast("bool", self._ask("is_up"))

    def raise_if_died(self) -> None:
        self._ask("raise_if_died")

    def close(self) -> None:
        """Give it back; it stays its owner's, as it is."""


class LentRedis(_Lent, RedisService):
    """A Redis that another process owns."""

    kind = "redis"

    @cached_property  # it never changes, and scenarios that wait for something in a Redis ask for it at each look
    def url(self) -> str:
        """See RedisService.url."""
        return cast("str", self._ask("url"))

    def flush(self) -> None:
        """See RedisService.flush."""
        self._ask("flush")


class LentDurableRedis(LentRedis):
    """A durable Redis that another process owns."""

    kind = "durable redis"


class LentPostgres(_Lent, PostgresService):
    """A PostgreSQL that another process owns."""

    kind = "postgres"

    def create_database(self, name: str) -> str:
        """See PostgresService.create_database."""
        return cast("str", self._ask("create_database", name))

    def drop_database(self, name: str) -> None:
        """See PostgresService.drop_database."""
        self._ask("drop_database", name)


class LentServices(ServicePool):
    """A pool that another process owns. What is asked for is started there."""

    def __init__(self, counter: CounterProxy) -> None:
        self._counter = counter

    def redis(self, name: str = "main", *, durable: bool = False) -> LentRedis:
        """See ServicePool.redis."""
        redis = LentDurableRedis(self._counter, name) if durable else LentRedis(self._counter, name)
        redis.is_up()
        return redis

    def postgres(self, name: str = "main") -> LentPostgres:
        """See ServicePool.postgres."""
        postgres = LentPostgres(self._counter, name)
        postgres.is_up()
        return postgres

    def raise_if_died(self) -> None:
        """See ServicePool.raise_if_died."""
        self._counter.serve("pool", "", "raise_if_died")

    def close(self) -> None:
        """Nothing to do: all of it stays its owner's."""


class _Window(BaseManager):
    """The client's end of the desk."""


_Window.register("counter", proxytype=CounterProxy)


def connect(address: str, authkey: bytes) -> LentServices:
    """The services lent at a Desk's address. Raises PreflightError when nobody does or the key is wrong."""
    window = _Window(address, authkey)
    try:
        window.connect()
        counter = window.counter()  # type: ignore[attr-defined]  # made by register()
    except (OSError, EOFError, AuthenticationError) as error:
        raise PreflightError(f"no services are lent at {address} with that key ({type(error).__name__})") from error
    return LentServices(counter)
