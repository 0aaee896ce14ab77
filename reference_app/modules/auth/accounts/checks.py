"""What `manage.py check` and every command that checks first (migrate among them) say about the configuration.

accounts.E001  UNCONFIRMED_TOTP_RETENTION_HOURS makes no sense
accounts.E002  USED_BACKUP_CODE_RETENTION_DAYS makes no sense
accounts.E003  passwords are hashed for load tests (check --deploy)
accounts.W001  an enabled periodic task names a task that no worker knows (asked of the database)

A Celery worker runs the checks at its start and ignores what they say; the clean-up itself refuses as well.
"""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, router
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from .periodic import registered_tasks
from .retention import UNCONFIRMED_TOTP, USED_BACKUP_CODE, Retention


@checks.register()
def check_retentions(**_: Any) -> list[checks.CheckMessage]:
    """A retention that makes no sense stops the command."""
    return [*_nonsense(UNCONFIRMED_TOTP, "accounts.E001"), *_nonsense(USED_BACKUP_CODE, "accounts.E002")]


@checks.register(checks.Tags.security, deploy=True)
def check_password_hash(**_: Any) -> list[checks.CheckMessage]:
    """A hash that is made for load tests guards no password."""
    if settings.PASSWORD_HASH != "cheap":  # noqa: S105 - a way of hashing
        return []
    told = "PASSWORD_HASH=cheap is for load tests: whoever gets the table has the passwords."
    return [checks.Error(told, hint="Leave it unset.", id="accounts.E003")]


@checks.register(checks.Tags.database)
def check_periodic_tasks(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """Warn of each periodic task whose messages every worker would throw away."""
    # None: nobody asked for the databases to be looked at.
    return [warning for alias in databases or () for warning in _unregistered(alias)]


def _nonsense(retention: Retention, identifier: str) -> list[checks.CheckMessage]:
    try:
        retention.cutoff(timezone.now())
    except ImproperlyConfigured as error:
        hint = f"Without the setting it is {retention.default} {retention.unit}."
        return [checks.Error(str(error), hint=hint, id=identifier)]
    return []


def _unregistered(alias: str) -> list[checks.CheckMessage]:
    if not router.allow_migrate_model(alias, PeriodicTask) or not _has_table(alias):
        return []
    known = registered_tasks()
    rows = PeriodicTask.objects.using(alias).filter(enabled=True).order_by("name")
    return [_warning(name, task, known) for name, task in rows.values_list("name", "task") if task not in known]


def _has_table(alias: str) -> bool:
    """Say whether the scheduler's table is there: `migrate` checks before it makes it."""
    return PeriodicTask._meta.db_table in connections[alias].introspection.table_names()


def _warning(name: str, task: str, known: set[str]) -> checks.CheckMessage:
    alike = sorted(other for other in known if other.rpartition(".")[2] == task.rpartition(".")[2])
    hint = f"Registered is {', '.join(alike)}." if alike else "Correct the task's name, or disable the periodic task."
    told = f'The periodic task "{name}" names {task}, which is not registered: its messages are thrown away.'
    return checks.Warning(told, hint=hint, id="accounts.W001")
