"""How long a worker keeps its connection to the database, with AUDIT_DELIVERY=safe and batch.

The audit task comes by the hundred and is tried again when a kept connection turns out to be dead. For it Django's own
rule holds, as for a request: DATABASE_CONN_MAX_AGE, and a new one after an error. Any other task begins with a new one,
as Celery 5.6 and newer have it for all (celery PR #9824). CELERY_DB_REUSE_MAX keeps Celery itself out of this.
"""

from typing import Any

from celery import Task
from celery.signals import task_postrun, task_prerun
from django.conf import settings
from django.db import close_old_connections, connections

from .tasks import log_auth_event_task


def tidy(sender: Task, **_: Any) -> None:
    """Close what the task must not find, before it and behind it."""
    if sender.request.is_eager:
        return  # the connection is the caller's
    if sender.name == log_auth_event_task.name:
        close_old_connections()
    else:
        connections.close_all()


if settings.AUDIT_DELIVERY in ("safe", "batch"):
    task_prerun.connect(tidy)
    task_postrun.connect(tidy)
