"""What is done to a Redis. Each is a context: the fault is on inside it and over behind it.

All work through redis-py, which every stack that can be tried has, or through the service's own stop and start.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any

import redis as client

from harness.faults.fault import Fault
from harness.services.base import RedisService

NOWHERE = ("127.0.0.1", 1)  # a master that nobody is
HELD_BACK_MS = 60_000  # longer than the moment until it is stopped


@contextmanager
def restarted(redis: RedisService) -> Iterator[None]:
    """REDIS_RESTART."""
    redis.stop()
    try:
        yield
    finally:
        redis.start()


@contextmanager
def restarted_empty(redis: RedisService) -> Iterator[None]:
    """REDIS_RESTART_EMPTY, of a durable one: without persistence would be no different to a client."""
    with _admin(redis) as admin:
        forget = admin.pipeline(transaction=True)
        forget.flushall()
        forget.execute_command("CLIENT PAUSE", HELD_BACK_MS)
        forget.execute()
    with restarted(redis):
        yield


@contextmanager
def killed(redis: RedisService) -> Iterator[None]:
    """REDIS_SIGKILL."""
    redis.kill()
    try:
        yield
    finally:
        redis.start()


@contextmanager
def frozen(redis: RedisService) -> Iterator[None]:
    """REDIS_FREEZE, REDIS_FREEZE_LONG."""
    redis.freeze()
    try:
        yield
    finally:
        redis.resume()


@contextmanager
def cut(redis: RedisService) -> Iterator[None]:
    """REDIS_CUT."""
    with _admin(redis) as admin:
        _cut_all(admin)
    yield


@contextmanager
def refused(redis: RedisService) -> Iterator[None]:
    """REDIS_REFUSED."""
    with _changed(redis, "maxclients", "1"):
        yield


@contextmanager
def full(redis: RedisService) -> Iterator[None]:
    """REDIS_FULL."""
    with _changed(redis, "maxmemory", "1", cut=False):
        yield


@contextmanager
def with_password(redis: RedisService) -> Iterator[None]:
    """REDIS_LOCKED_OUT."""
    with _changed(redis, "requirepass", "rotated"):
        yield


@contextmanager
def read_only(redis: RedisService) -> Iterator[None]:
    """REDIS_READ_ONLY."""
    with _admin(redis) as admin:
        admin.execute_command("REPLICAOF", *NOWHERE)
        try:
            yield
        finally:
            admin.execute_command("REPLICAOF", "NO", "ONE")


OF_REDIS: dict[Fault, Callable[[RedisService], AbstractContextManager[None]]] = {
    Fault.REDIS_RESTART: restarted,
    Fault.REDIS_RESTART_EMPTY: restarted_empty,
    Fault.REDIS_SIGKILL: killed,
    Fault.REDIS_FREEZE: frozen,
    Fault.REDIS_FREEZE_LONG: frozen,
    Fault.REDIS_CUT: cut,
    Fault.REDIS_REFUSED: refused,
    Fault.REDIS_FULL: full,
    Fault.REDIS_READ_ONLY: read_only,
    Fault.REDIS_LOCKED_OUT: with_password,
}


@contextmanager
def _changed(redis: RedisService, setting: str, value: str, *, cut: bool = True) -> Iterator[None]:
    """With another value of a setting, which new connections alone would notice unless the old ones are cut."""
    with _admin(redis) as admin:
        before: Any = admin.config_get(setting)
        admin.config_set(setting, value)
        try:
            if cut:
                _cut_all(admin)
            yield
        finally:
            admin.config_set(setting, before[setting])


def _cut_all(admin: Any) -> None:
    for kind in ("normal", "pubsub"):
        admin.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")


@contextmanager
def _admin(redis: RedisService) -> Iterator[Any]:
    """One connection, made before the fault: nobody else would be let in during it."""
    with client.Redis.from_url(redis.url, single_connection_client=True) as admin:
        admin.ping()
        try:
            yield admin
        finally:
            with suppress(client.RedisError):
                admin.connection_pool.disconnect()
