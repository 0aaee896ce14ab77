"""One audit event, and how it becomes a row."""

import uuid
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, connection, transaction

from .models import AuthAuditLog, User


@dataclass(frozen=True)
class AuditEvent:
    """One thing that happened around a login: the task's parameters, in the task's order."""

    user_id: int | None
    event_type: str
    ip_address: str | None
    user_agent: str | None
    device_info: str | None
    success: bool
    details: dict[str, Any] | None = None

    def message(self) -> dict[str, Any]:
        """Return the task's arguments by name, so that a worker of another release mistakes none for another."""
        return dict(vars(self))

    def row(self, event_id: uuid.UUID | None = None) -> AuthAuditLog:
        """Return the row to be saved."""
        return AuthAuditLog(
            event_id=event_id,
            user_id=self.user_id,
            event_type=self.event_type,
            ip_address=self.ip_address,
            user_agent=self.user_agent or "",
            device_info=self.device_info,
            success=self.success,
            details={} if self.details is None else self.details,
        )

    def of_nobody(self) -> "AuditEvent":
        """Return the event of a user who is gone: without the user, whose number stays in the details."""
        return replace(self, user_id=None, details={**(self.details or {}), "user_id": self.user_id})


def event_id_of(message_id: str | None) -> uuid.UUID | None:
    """Return the key of a message's event, None for no message. A redelivery has the id of what it repeats.

    Celery's own ids are UUIDs. A producer may choose any other text, which always becomes the same UUID.
    """
    if message_id is None:
        return None
    try:
        return uuid.UUID(message_id)
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_OID, message_id)


def write(event: AuditEvent, event_id: uuid.UUID | None) -> None:
    """Write the event's row, once for each event id however often and from wherever it is called.

    An event of a user who does not exist (any more) is written without one: it did happen. Outside a transaction that
    is found out by trying, since looking beforehand would cost every event a query.
    Raises IntegrityError when the database refuses the row for another reason.
    """
    # Inside one, PostgreSQL would look at the user only at its end, and refuse everything that is in it.
    if connection.in_atomic_block and not _has_user(event):
        event = event.of_nobody()
    try:
        _insert(event, event_id)
    except IntegrityError:
        if _is_written(event_id):
            return
        if _has_user(event):
            raise
        write(event.of_nobody(), event_id)


def write_many(events: Mapping[uuid.UUID, AuditEvent]) -> None:
    """Write the rows of many events (by event id) in one insert, once for each id as `write` does.

    All or nothing: raises IntegrityError or DataError when the database refuses one, or a user is gone by then.
    """
    rows = [event.row(event_id) for event_id, event in events.items()]
    with transaction.atomic():
        AuthAuditLog.objects.bulk_create(rows, ignore_conflicts=True)


def _has_user(event: AuditEvent) -> bool:
    return event.user_id is None or User.objects.filter(pk=event.user_id).exists()


def _is_written(event_id: uuid.UUID | None) -> bool:
    return event_id is not None and AuthAuditLog.objects.filter(event_id=event_id).exists()


def _insert(event: AuditEvent, event_id: uuid.UUID | None) -> None:
    # A refused row must not spoil what else is in somebody's transaction; where there is none, one statement is one.
    with transaction.atomic() if connection.in_atomic_block else nullcontext():
        event.row(event_id).save(force_insert=True)
