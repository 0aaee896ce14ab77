"""Celery's remote control of the workers on one Redis, from a process whose own app has another broker or none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def shut_down(app: Any, url: str) -> None:
    """Ask every worker on the Redis at `url` to end, without waiting for it."""
    with _mailbox(app, url) as mailbox:
        mailbox.abcast("shutdown")


def active_events(app: Any, url: str, timeout: float) -> list[str]:
    """The ids of the audit events whose tasks the first worker to answer knows itself to be running.

    None without an answer within `timeout` seconds.
    """
    with _mailbox(app, url) as mailbox:
        answers = mailbox.multi_call("active", timeout=timeout, limit=1)
    return [task["kwargs"]["details"]["event_id"] for answer in answers for tasks in answer.values() for task in tasks]


@contextmanager
def _mailbox(app: Any, url: str) -> Iterator[Any]:
    # A mailbox of our own: that of an app publishes to the app's own broker, whatever connection it is given.
    mailbox = type(app.control.mailbox)("celery", type="fanout")
    with app.connection_for_write(url) as connection:
        yield mailbox(connection)
