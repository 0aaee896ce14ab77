"""Runs inside a stack's processes: writes down what Celery's own signals tell of audit events.

One line of JSON for each, in the form of harness/history/record.py, by one write to a file opened for appending: what
is written stays written, whatever kills the process. Standard library only, and nothing new.
"""

import json
import os
import time

ID = "event_id"  # under this name in an event's `details`


def record(kind: str, event: str, detail: str = "") -> None:
    """Append one line to the file named in PREFLIGHT_HISTORY."""
    line = {
        "kind": kind,
        "event": event,
        "monotonic": time.monotonic(),
        "wall": time.time(),
        "process": os.environ["PREFLIGHT_PROCESS"],
        "pid": os.getpid(),
        "stack": os.environ["PREFLIGHT_STACK"],
        "detail": detail,
    }
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    descriptor = os.open(os.environ["PREFLIGHT_HISTORY"], flags, 0o644)
    try:
        os.write(descriptor, (json.dumps(line) + "\n").encode())
    finally:
        os.close(descriptor)


def listen() -> None:
    """Have Celery's signals written down, in a worker and in the pool's processes that it forks."""
    from celery import signals  # noqa: PLC0415 - a broken Celery must fail here as it would in the command

    signals.task_received.connect(lambda request, **_: _note("received", request.kwargs), weak=False)
    signals.task_prerun.connect(lambda kwargs, **_: _note("started", kwargs), weak=False)
    signals.task_postrun.connect(lambda kwargs, **_: _note("ended", kwargs), weak=False)
    signals.task_success.connect(lambda sender, **_: _note("succeeded", sender.request.kwargs), weak=False)
    signals.task_retry.connect(lambda request, **_: _note("retried", request.kwargs), weak=False)
    signals.task_failure.connect(
        lambda kwargs, exception, **_: _note("failed", kwargs, type(exception).__name__), weak=False
    )
    signals.worker_shutting_down.connect(lambda sig, **_: record("stopping", "", sig), weak=False)
    signals.task_revoked.connect(lambda request, **_: _note("revoked", request.kwargs), weak=False)


def _note(kind: str, kwargs: "dict[str, object] | None", detail: str = "") -> None:
    details = (kwargs or {}).get("details")
    event = details.get(ID) if isinstance(details, dict) else None
    if event:
        record(kind, str(event), detail)
