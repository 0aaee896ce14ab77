"""Faults: what production does to services and processes, done on purpose."""

import time
from enum import Enum

from harness.services.base import RedisService


class Fault(Enum):
    """A named fault; its comment says who suffered from it first."""

    REDIS_RESTART = "Redis restarts"
    # celery #7276, #8030, #8091, #8384, #8990: the worker reconnects, says so, and never consumes again.


def restart_redis(redis: RedisService, down_seconds: float = 3.0) -> None:
    """REDIS_RESTART: stop it politely, leave it down for a while, start it again, empty, on the same address.

    The pause is the fault: a restart that the worker does not notice proves nothing.
    """
    redis.stop()
    time.sleep(down_seconds)
    redis.start()
