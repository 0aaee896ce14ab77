"""Brings about every way for a task to end. Imported by the scenarios only."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import extra_tasks

LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)
TAKES_SECONDS = 30  # a guard against hanging: 5 s pass until a lost process is noticed


def bring_about(app: Any, wait: Callable[..., Any]) -> "dict[str, Any]":
    """Ending -> the result of a task that has ended so. `wait` waits for a line of the worker's trace."""
    app.conf.update(task_send_sent_event=True)
    try:
        results = {**_polite(app), **_deadly(), "terminated": _terminated(app, wait)}
        for result in results.values():
            result.get(timeout=TAKES_SECONDS, propagate=False)
        last = extra_tasks.note.apply_async(("last",), countdown=1.5)  # due behind what was revoked
        last.get(timeout=TAKES_SECONDS)
    finally:
        app.conf.update(task_send_sent_event=False)
    return {**results, "returned last": last}


def _polite(app: Any) -> "dict[str, Any]":
    revoked = extra_tasks.note.apply_async(("revoked",), countdown=1.5)
    revoked.revoke()
    return {
        "returned": extra_tasks.note.delay("returned"),
        "raised": extra_tasks.fail.delay("no"),
        "retried": extra_tasks.retry.delay(1),
        "expired": extra_tasks.note.apply_async(("expired",), expires=LONG_AGO),
        "revoked": revoked,
        "unknown": app.send_task("extra.nobody_has_it"),
        "soft limit": extra_tasks.sleep.apply_async((TAKES_SECONDS,), soft_time_limit=1),
        "tidied up": extra_tasks.tidy_up_at_soft_limit.apply_async((TAKES_SECONDS,), soft_time_limit=1),
    }


def _deadly() -> "dict[str, Any]":
    return {
        "hard limit": extra_tasks.sleep.apply_async((TAKES_SECONDS, "hard limit"), time_limit=1),
        "killed": extra_tasks.die.delay(),
        "exited": extra_tasks.leave.delay(3),
        "exited well": extra_tasks.leave.delay(0),
        "raised a BaseException": extra_tasks.raise_base.delay(),
    }


def _terminated(app: Any, wait: Callable[..., Any]) -> Any:
    result = extra_tasks.sleep.delay(TAKES_SECONDS, "terminated")
    wait(what="begun", word="terminated")
    app.control.revoke(result.id, terminate=True)
    return result
