"""Tasks that tell which worker ran them, on which version, and what reached them. Both stacks' workers include them."""

import json
import os
import time
from pathlib import Path
from typing import Any

import celery
from celery import Task, shared_task

POLL_SECONDS = 0.05


class OrderError(Exception):
    """An exception as teams write them, with arguments of its own."""


def ran(task: Task, *args: Any) -> "dict[str, Any]":
    """Which worker runs the task, on which Celery, and the types and values of its arguments."""
    seen = [[type(one).__name__, str(one) if isinstance(one, str) else repr(one)] for one in args]
    side = task.request.hostname.partition("@")[0]
    return {"side": side, "celery": celery.__version__, "seen": seen, "at": time.time()}


@shared_task(name="pair.tell", bind=True)
def tell(self: Task, *args: Any) -> "dict[str, Any]":
    """Tell who ran it and what came in."""
    return ran(self, *args)


@shared_task(name="pair.note", bind=True)
def note(self: Task, word: str) -> None:
    """Leave a line that does not depend on the result backend; short enough to be written whole."""
    line = json.dumps({"word": word, **ran(self)})
    with open(os.environ["PAIR_TRACE"], "a") as file:  # noqa: PTH123 - one write for one line
        file.write(line + "\n")


@shared_task(name="pair.hold", bind=True)
def hold(self: Task, until: str) -> "dict[str, Any]":
    """Take as long as the file is not there."""
    while not Path(until).exists():
        time.sleep(POLL_SECONDS)
    return ran(self)


@shared_task(name="pair.join", bind=True)
def join(self: Task, parts: "list[dict[str, Any]]") -> "dict[str, Any]":
    """Tell who ran it and who ran the parts before."""
    return {**ran(self), "parts": sorted(part["side"] for part in parts)}


@shared_task(name="pair.follow", bind=True)
def follow(self: Task, before: "dict[str, Any]") -> "dict[str, Any]":
    """Tell who ran it and, in order, who ran what it follows."""
    return {**ran(self), "path": [*before.get("path", [before["side"]]), self.request.hostname.partition("@")[0]]}


@shared_task(name="pair.fail")
def fail(kind: str) -> None:
    """Raise an exception of Python's own, or one of the team's."""
    raise ValueError("no") if kind == "builtin" else OrderError(7, "sold out")


@shared_task(name="pair.retry_there", bind=True, max_retries=1)
def retry_there(self: Task, queue: str, first: "dict[str, Any] | None" = None) -> "dict[str, Any]":
    """Fail once and ask to be tried again from another queue; tell who made each try."""
    if not self.request.retries:
        raise self.retry(args=(queue, ran(self)), queue=queue, countdown=0.2, exc=OrderError(7, "busy"))
    return {**ran(self), "first": first, "retries": self.request.retries}
