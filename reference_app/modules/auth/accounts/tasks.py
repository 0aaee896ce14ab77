"""The tasks of the app.

A task's registered name comes from this module's path and is a contract: rows of the scheduler, producers
and messages on the way name tasks as `modules.auth.accounts.tasks.NAME`, and a worker throws away a message
whose name it does not know.
"""

import logging
import time
from typing import Any

from celery import Task, shared_task
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from .audit import AuditEvent, event_id_of, write
from .cleanup import delete_in_batches
from .models import BackupCode, User, UserTOTPDevice
from .retention import UNCONFIRMED_TOTP, USED_BACKUP_CODE

logger = logging.getLogger(__name__)


@shared_task
def send_welcome_email(user_email: str) -> str:
    """Pretend for WELCOME_EMAIL_SECONDS to write to an address; return a line that names it."""
    print(f"Sending welcome email to {user_email}...")
    time.sleep(settings.WELCOME_EMAIL_SECONDS)
    print(f"Welcome email sent to {user_email}.")
    return f"Email sent to {user_email}"


@shared_task
def process_user_data(user_id: int) -> str:
    """Pretend for USER_DATA_SECONDS to work on a user's data; return a line that names the id."""
    print(f"Processing data for user ID: {user_id}...")
    time.sleep(settings.USER_DATA_SECONDS)
    print(f"Finished data for user ID: {user_id}.")
    return f"Data processed for user ID: {user_id}"


@shared_task
def clean_mfa_data() -> str:
    """Delete unconfirmed TOTP devices and used backup codes that are past their retention; return the counts.

    Past means strictly before now minus the retention: a row that is exactly that old stays for another day.
    Raises ImproperlyConfigured, with nothing deleted, when a retention makes no sense.
    """
    now = timezone.now()
    # Both cutoffs before the first deletion, and once: a setting that makes no sense must not be found half-way.
    devices_end, codes_end = UNCONFIRMED_TOTP.cutoff(now), USED_BACKUP_CODE.cutoff(now)
    devices = delete_in_batches(UserTOTPDevice.objects.filter(confirmed=False, created_at__lt=devices_end))
    codes = delete_in_batches(BackupCode.objects.filter(used=True, used_at__lt=codes_end))
    print(f"Deleted {devices} unconfirmed TOTP devices.")
    print(f"Deleted {codes} used backup codes.")
    return f"MFA data cleanup complete. Deleted {devices} TOTP devices and {codes} backup codes."


# Safe: acknowledged when the row is there, delivered again when the process died before, tried again while the database
# is away; the event's id makes one row of it all. A result that nobody asks for would stay in Redis for a day.
_SAFE: dict[str, Any] = {
    "acks_late": True,
    "reject_on_worker_lost": True,
    "ignore_result": True,
    "autoretry_for": (OperationalError, InterfaceError),
    "retry_backoff": True,
    "retry_backoff_max": 60,
    "max_retries": None,
}


def _options() -> dict[str, Any]:
    """What the audit task promises, by AUDIT_DELIVERY."""
    if settings.AUDIT_DELIVERY == "batch":
        from .batches import AuditBatches  # noqa: PLC0415 - its package is there only where it is asked for

        return {**_SAFE, "base": AuditBatches}
    return {} if settings.AUDIT_DELIVERY == "plan" else _SAFE


@shared_task(bind=True, **_options())
def log_auth_event_task(  # noqa: PLR0917 - the message that producers send
    self: Task,
    user_id: int | None,
    event_type: str,
    ip_address: str | None,
    user_agent: str | None,
    device_info: str | None,
    success: bool,
    details: dict[str, Any] | None = None,
) -> None:
    """Write one AuthAuditLog row, however often the message is delivered; without a user when there is none.

    With AUDIT_DELIVERY=batch this is what becomes of a direct call; a worker goes through AuditBatches.
    With AUDIT_DELIVERY=plan: one for each delivery, and for a user who does not exist none, which the log says.
    """
    event = AuditEvent(user_id, event_type, ip_address, user_agent, device_info, success, details)
    if settings.AUDIT_DELIVERY != "plan":
        write(event, event_id_of(self.request.id))
    elif User.objects.filter(pk=user_id).exists():
        event.row().save()
    else:
        logger.warning("Audit event %s not written: there is no user with ID %s.", event_type, user_id)
