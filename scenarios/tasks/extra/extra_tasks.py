"""Tasks that the reference app does not have: they fail, retry, sleep, exit, die and tell what reached them.

The extra worker includes this module with Celery's own --include. All of them are routed to the queue `extra`, so
that the plan's worker, which would discard them, never sees one.
"""

import os
import signal
import time
from typing import Any

from celery import Task, current_app, shared_task
from celery.exceptions import Ignore, Reject, SoftTimeLimitExceeded
from extra_trace import record

QUEUE = "extra"
# Routed, and not given as each task's own option, which Celery 5.7 deprecates.
current_app.conf.task_routes = {"extra.*": {"queue": QUEUE}}


class OrderError(Exception):
    """An exception as teams write them, with arguments of its own."""


class Unwelcome(BaseException):
    """Passes every `except Exception`."""


@shared_task(name="extra.echo")
def echo(*args: Any, **kwargs: Any) -> "list[Any]":
    """Give back what came in."""
    return [list(args), kwargs]


@shared_task(name="extra.look")
def look(*args: Any) -> "list[str]":
    """Tell of which types the arguments are to the task."""
    return [type(argument).__name__ for argument in args]


@shared_task(name="extra.note")
def note(word: Any) -> Any:
    """Leave a mark that does not depend on the result backend."""
    record("ran", None, word=word, at=time.time())
    return word


@shared_task(name="extra.note_quietly", ignore_result=True)
def note_quietly(word: Any) -> Any:
    """The same, and nobody wants to know the result."""
    return note(word)


@shared_task(name="extra.note_and_fail_quietly", ignore_result=True)
def note_and_fail_quietly(word: Any) -> None:
    """Leave the mark and fail, and nobody wants to know."""
    note(word)
    raise OrderError("nobody asked")


@shared_task(name="extra.started_at")
def started_at() -> float:
    """Tell when it ran."""
    return time.time()


# The last of them, colour, is a header that callers add.
FIELDS = ("id", "task", "args", "kwargs", "retries", "is_eager", "called_directly", "root_id", "parent_id")
FIELDS += ("correlation_id", "hostname", "ignore_result", "timelimit", "eta", "expires", "group", "colour")


def tell(task: Task) -> "dict[str, Any]":
    """The request's fields that a task may rely on."""
    delivery = task.request.delivery_info or {}
    place = {key: delivery.get(key) for key in ("routing_key", "priority", "redelivered")}
    return {**{field: task.request.get(field) for field in FIELDS}, **place}


@shared_task(name="extra.request", bind=True)
def request(self: Task, *args: Any, **kwargs: Any) -> "dict[str, Any]":
    """Tell what the task knows of its own call."""
    return tell(self)


@shared_task(name="extra.request_header", bind=True)
def request_header(self: Task, name: str) -> Any:
    """Tell one header of the message."""
    return self.request.get(name)


@shared_task(name="extra.fail")
def fail(message: str) -> None:
    """Raise an exception of Python's own."""
    raise ValueError(message)


@shared_task(name="extra.fail_order")
def fail_order(number: int, reason: str) -> None:
    """Raise an exception of the team's own, with two arguments."""
    raise OrderError(number, reason)


@shared_task(name="extra.return_what_json_cannot_carry")
def return_what_json_cannot_carry() -> object:
    """Return something that has no JSON form."""
    return object()


@shared_task(name="extra.give_a_tuple")
def give_a_tuple() -> "tuple[int, int]":
    """Return what JSON knows under another type."""
    return 1, 2


@shared_task(name="extra.retry", bind=True, max_retries=2)
def retry(self: Task, succeed_at: int) -> int:
    """Fail until the try of that number, at most twice; return the number of retries."""
    record("try", self.request.id, number=self.request.retries)
    if self.request.retries < succeed_at:
        raise self.retry(exc=OrderError(self.request.retries, "busy"), countdown=0.1)
    return self.request.retries


@shared_task(name="extra.retry_without_reason", bind=True, max_retries=1)
def retry_without_reason(self: Task) -> None:
    """Ask to be tried again for no given reason, until that is refused."""
    raise self.retry(countdown=0)


@shared_task(
    name="extra.autoretry",
    bind=True,
    autoretry_for=(OrderError,),
    retry_backoff=False,
    default_retry_delay=0,
    max_retries=2,
)
def autoretry(self: Task, succeed_at: int) -> int:
    """The same through Celery's own option."""
    if self.request.retries < succeed_at:
        raise OrderError(self.request.retries, "busy")
    return self.request.retries


@shared_task(name="extra.retry_later", bind=True)
def retry_later(self: Task, seconds: float) -> int:
    """Ask for one more try after some seconds."""
    record("try", self.request.id, at=time.time())
    if not self.request.retries:
        raise self.retry(exc=OrderError(0, "later"), countdown=seconds)
    return self.request.retries


@shared_task(name="extra.request_at_second_try", bind=True)
def request_at_second_try(self: Task) -> "dict[str, Any]":
    """Ask for one more try and tell what the second one knows of its call."""
    if not self.request.retries:
        raise self.retry(countdown=0)
    return tell(self)


@shared_task(name="extra.sleep")
def sleep(seconds: float, word: Any = None) -> Any:
    """Take a while; leave a mark at the start, and one at the end if it comes to that."""
    record("begun", None, word=word)
    time.sleep(seconds)
    record("ended", None, word=word)
    return word


@shared_task(name="extra.tidy_up_at_soft_limit")
def tidy_up_at_soft_limit(seconds: float) -> str:
    """Use the moment that the soft limit leaves."""
    try:
        time.sleep(seconds)
    except SoftTimeLimitExceeded:
        return "tidied up"
    return "in time"


@shared_task(name="extra.leave")
def leave(code: int) -> None:
    """Call for the end of the process, as a library may."""
    raise SystemExit(code)


@shared_task(name="extra.raise_base")
def raise_base() -> None:
    """Raise what is no Exception."""
    raise Unwelcome("not an Exception")


@shared_task(name="extra.die")
def die() -> None:
    """End as under the kernel's out-of-memory killer."""
    os.kill(os.getpid(), signal.SIGKILL)


@shared_task(name="extra.reject", acks_late=True)
def reject() -> None:
    """Send the message away."""
    raise Reject("not mine", requeue=False)


@shared_task(name="extra.ignore")
def ignore() -> None:
    """Leave no state behind."""
    raise Ignore


@shared_task(name="extra.hand_over", bind=True)
def hand_over(self: Task, word: Any) -> Any:
    """Let another task do it in this one's place."""
    raise self.replace(note.s(word))


@shared_task(name="extra.pid")
def pid() -> int:
    """Tell which process ran it."""
    return os.getpid()
