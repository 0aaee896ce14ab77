"""The scheduler's rows as this app sees them: which tasks they may name, and the one that it cannot do without."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from core import celery_app

DAILY_NAME = "Clean MFA Data Daily"
DAILY_TASK = "modules.auth.accounts.tasks.clean_mfa_data"
DAILY_AT = {
    "minute": "0",
    "hour": "3",
    "day_of_week": "*",
    "day_of_month": "*",
    "month_of_year": "*",
    "timezone": "UTC",
}


def registered_tasks() -> set[str]:
    """Return the names that this project's workers know; a message with another name is thrown away."""
    # Tasks register themselves when their module is imported. A worker has done so at its start, others may not have.
    # The project's own app and not Celery's current one, which is another in every thread but the first.
    celery_app.loader.import_default_modules()
    return set(celery_app.tasks)


def schedule_daily_clean_up() -> bool:
    """Make the daily clean-up if no row has its name; return whether it was made.

    A row that is there stays as it is, however it differs: somebody wanted it so.
    """
    try:
        with transaction.atomic():
            # A function as a default: the schedule is looked for, or made, only when the row is.
            defaults = {"task": DAILY_TASK, "crontab": _daily_crontab, "enabled": True}
            _, made = PeriodicTask.objects.get_or_create(name=DAILY_NAME, defaults=defaults)
    except ValidationError:
        # The scheduler looks for the name once more before it saves, and may find what another deployment has made
        # since; get_or_create expects that of the database only.
        if not PeriodicTask.objects.filter(name=DAILY_NAME).exists():
            raise
        return False
    return made


def _daily_crontab() -> CrontabSchedule:
    """Return the schedule that is there already, one of them if there are more, or a new one."""
    return CrontabSchedule.objects.filter(**DAILY_AT).first() or CrontabSchedule.objects.create(**DAILY_AT)
