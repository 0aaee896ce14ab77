"""What the rest of the project calls to have a login event written down."""

import logging
import uuid
from functools import partial
from typing import Any

from django.conf import settings
from django.db import Error, transaction

from core import celery_app

from .audit import AuditEvent, write
from .handover import Handover
from .tasks import log_auth_event_task

logger = logging.getLogger(__name__)
_HANDOVER = Handover()


def log_auth_event(  # noqa: PLR0917 - what the row holds
    user_id: int | None,
    event_type: str,
    ip_address: str | None = None,
    user_agent: str = "",
    device_info: str | None = None,
    success: bool = True,
    details: dict[str, Any] | None = None,
) -> None:
    """Have one event written down.

    In: the primary key of the user it concerns, None when there is none; an event type of at most 64
    letters; where the request came from; whether the attempt succeeded; `details` that JSON can carry.

    The setting AUDIT_DELIVERY decides how:

        safe   After the commit of the transaction around the call (rolled back, there is no event) a worker gets it;
               when the broker does not take it within a bounded time, the row is written here. Never raises. Each
               event has an id, so that two deliveries of it are one row. Lost only with the broker's own memory; late
               by the broker's visibility timeout (an hour) when a whole worker is killed while it writes.
        batch  As safe, and the worker writes many events in one insert: see batches.py.
        plan   At once, by `.delay()`: raises, or waits some 20 s, when the broker is away; a worker may look for the
               user before the commit; a crash loses the event or writes it twice.
        sync   The row is written here, before the return and in the caller's transaction.
        none   Nothing is written.
    """
    event = AuditEvent(user_id, event_type, ip_address, user_agent, device_info, success, details)
    _DELIVERIES[settings.AUDIT_DELIVERY](event)


def _safely(event: AuditEvent) -> None:
    # An id of our own, not one that a client sent along: with that, whoever guesses passwords could make all tries one.
    transaction.on_commit(partial(_hand_over, event, uuid.uuid4()))


def _hand_over(event: AuditEvent, event_id: uuid.UUID) -> None:
    if celery_app.conf.task_always_eager:
        log_auth_event_task.apply_async(kwargs=event.message(), task_id=str(event_id))
    elif not _HANDOVER.take(log_auth_event_task.name, str(event_id), event.message()):
        _write_here(event, event_id)


def _write_here(event: AuditEvent, event_id: uuid.UUID) -> None:
    try:
        write(event, event_id)
    except Error:
        # Neither broker nor database: the log is what is left to keep it, all of it.
        logger.exception("Audit event %s could be neither handed over nor written: %r", event_id, event)


def _as_planned(event: AuditEvent) -> None:
    log_auth_event_task.delay(**event.message())


def _synchronously(event: AuditEvent) -> None:
    write(event, uuid.uuid4())


def _not_at_all(_event: AuditEvent) -> None:
    """The measure of what the others cost."""


_DELIVERIES = {"safe": _safely, "batch": _safely, "plan": _as_planned, "sync": _synchronously, "none": _not_at_all}
