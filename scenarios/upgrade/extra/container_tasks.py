"""Tasks for workers in containers: each leaves its effect in the result backend's Redis and tells who ran it."""

import json
import os
import platform
from importlib.metadata import distributions
from typing import Any

import redis
from celery import Task, shared_task

EFFECTS = "container:effects"  # a list with one [task id, node] for each time that a task ran
HELD = "container:held"  # a list with the node of each task that began to hold
RELEASE = "container:release"  # a list; each entry lets one task go on
HOLD_SECONDS = 60


def store() -> "redis.Redis[bytes]":
    """The backend's Redis, for what is no result."""
    # Said because redis-py 8 would give up a blocking call after a few seconds.
    return redis.Redis.from_url(os.environ["CELERY_RESULT_BACKEND"], socket_timeout=None)


def identity() -> "dict[str, Any]":
    """What this process is made of."""
    packages: dict[str, str] = {}
    for distribution in distributions():
        packages.setdefault(distribution.metadata["Name"], distribution.version)  # the one that an import would find
    return {"python": platform.python_version(), "packages": packages}


def effect(task: Task) -> "dict[str, Any]":
    """Leave the effect, and tell who did."""
    node = task.request.hostname.partition("@")[0]
    store().rpush(EFFECTS, json.dumps([task.request.id, node]))
    return {"node": node, **identity()}


@shared_task(name="container.work", bind=True)
def work(self: Task) -> "dict[str, Any]":
    """Leave an effect at once."""
    return effect(self)


@shared_task(name="container.hold", bind=True, acks_late=True)
def hold(self: Task) -> "dict[str, Any]":
    """Leave an effect once it may go on; acknowledged late, so that a worker with room for one takes no other."""
    connection = store()
    connection.rpush(HELD, self.request.hostname.partition("@")[0])
    if connection.blpop(RELEASE, timeout=HOLD_SECONDS) is None:
        raise TimeoutError("nobody released the task")
    return effect(self)
