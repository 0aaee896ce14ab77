"""Handlers of Celery's signals as a team's alerting would connect them; each call becomes a line of the trace.

Included by the extra worker only: in the scenarios' own process they would record the caller's side as well.
"""

from typing import Any

from celery import signals
from extra_trace import record


@signals.task_received.connect(weak=False)
def received(request: Any = None, **_: Any) -> None:
    """The worker has the message; sender is its consumer."""
    record("received", request.id, task=request.name)


@signals.task_prerun.connect(weak=False)
def prerun(sender: Any = None, task_id: "str | None" = None, args: Any = None, kwargs: Any = None, **_: Any) -> None:
    """The task is about to run."""
    record("prerun", task_id, task=sender.name, args=args, kwargs=kwargs)


@signals.task_postrun.connect(weak=False)
def postrun(
    sender: Any = None, task_id: "str | None" = None, retval: Any = None, state: "str | None" = None, **_: Any
) -> None:
    """The task has run, whatever came of it."""
    record("postrun", task_id, task=sender.name, retval=retval, state=state)


@signals.task_success.connect(weak=False)
def success(sender: Any = None, result: Any = None, **_: Any) -> None:
    """It returned."""
    record("success", sender.request.id, task=sender.name, result=result)


@signals.task_failure.connect(weak=False)
def failure(
    sender: Any = None,
    task_id: "str | None" = None,
    exception: Any = None,
    args: Any = None,
    einfo: Any = None,
    **_: Any,
) -> None:
    """It failed."""
    record("failure", task_id, task=sender.name, exception=repr(exception), args=args, einfo=str(einfo)[-400:])


@signals.task_retry.connect(weak=False)
def retry(sender: Any = None, request: Any = None, reason: Any = None, **_: Any) -> None:
    """It will be tried again."""
    record("retry", request.id, task=sender.name, reason=str(reason))


@signals.task_revoked.connect(weak=False)
def revoked(sender: Any = None, request: Any = None, terminated: Any = None, expired: Any = None, **_: Any) -> None:
    """It was revoked or has expired."""
    record("revoked", request.id, task=sender.name, terminated=terminated, expired=expired)


@signals.task_unknown.connect(weak=False)
def unknown(name: "str | None" = None, id: "str | None" = None, **_: Any) -> None:  # noqa: A002 - Celery's own word
    """The worker has no task of that name."""
    record("unknown", id, task=name)


@signals.task_rejected.connect(weak=False)
def rejected(message: Any = None, **_: Any) -> None:
    """The message is no task's."""
    record("rejected", None, message_headers=message.headers)


@signals.task_internal_error.connect(weak=False)
def internal_error(task_id: "str | None" = None, **_: Any) -> None:
    """Celery itself failed around the task."""
    record("internal_error", task_id)
