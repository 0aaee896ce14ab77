"""The audit task of AUDIT_DELIVERY=batch: many events in one insert, by the package celery-batches.

Its worker gathers messages in its main process and hands them to a pool process together, when there are BATCH of them
or after WAIT_SECONDS. What its source (0.11) promises, with acks_late:

- a message is acknowledged when its batch has been *tried*: an exception in the task is logged, and the batch is
  acknowledged all the same. So nothing but a bug may be raised here: while the database is away the batch is held;
- neither retries, nor time limits, nor reject_on_worker_lost: a batch whose pool process is killed is not acknowledged,
  and given out again when its worker is stopped in order, or else after the visibility timeout (an hour);
- no task_success for each event, no result, no revoking.

The worker needs a prefetch count of some batches: see CELERY_WORKER_PREFETCH_MULTIPLIER in the settings.
"""

import logging
import time
import uuid
from typing import Any

from celery_batches import Batches, SimpleRequest
from django.db import DataError, IntegrityError, InterfaceError, OperationalError, close_old_connections

from .audit import AuditEvent, event_id_of, write, write_many

logger = logging.getLogger(__name__)

BATCH = 100  # messages; more gain little, and all of them wait for the slowest
WAIT_SECONDS = 0.25  # for a batch to fill: what an event's row is late by at most on a quiet day
PAUSE_SECONDS = 1.0  # between two tries to reach the database


class AuditBatches(Batches):
    """Writes what messages of the audit task ask for, a batch at a time; called with one event, it writes that one."""

    abstract = True
    flush_every = BATCH
    flush_interval = WAIT_SECONDS

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Take a batch from the pool, or one event's arguments from whoever calls the task directly."""
        if len(args) == 1 and not kwargs and isinstance(args[0], list):
            self._write(args[0])
        else:
            super().__call__(*args, **kwargs)

    @staticmethod
    def _write(requests: list[SimpleRequest]) -> None:
        events = {event_id_of(request.id): _event(request) for request in requests}
        _hold_until_written({event_id: event for event_id, event in events.items() if event})


def _event(request: SimpleRequest) -> AuditEvent | None:
    """Return what the message asks for, None when its arguments are not the task's: its batch is not to suffer."""
    try:
        return AuditEvent(*request.args, **request.kwargs)
    except TypeError:
        logger.exception("Message %s is no audit event.", request.id)
        return None


def _hold_until_written(events: dict[uuid.UUID, AuditEvent]) -> None:
    """Write them, however long the database is away: once this returns, nobody else has them."""
    while True:
        try:
            return _write(events)
        except (OperationalError, InterfaceError) as error:
            logger.warning("%d audit events wait for the database: %s", len(events), error)
        close_old_connections()
        time.sleep(PAUSE_SECONDS)


def _write(events: dict[uuid.UUID, AuditEvent]) -> None:
    try:
        write_many(events)
    except (IntegrityError, DataError):
        for event_id, event in events.items():
            _write_alone(event_id, event)


def _write_alone(event_id: uuid.UUID, event: AuditEvent) -> None:
    try:
        write(event, event_id)
    except (IntegrityError, DataError):
        # As the task would fail for it without batches; the others of its batch are not to suffer.
        logger.exception("Audit event %s is refused by the database: %r", event_id, event)
