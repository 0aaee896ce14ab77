"""What the rest of the project calls to have a login event written down."""

from typing import Any

from .tasks import log_auth_event_task


def log_auth_event(  # noqa: PLR0917 - what the row holds
    user_id: int | None,
    event_type: str,
    ip_address: str | None = None,
    user_agent: str = "",
    device_info: str | None = None,
    success: bool = True,
    details: dict[str, Any] | None = None,
) -> None:
    """Hand one event to a worker and return without waiting for the row.

    In: the primary key of the user it concerns, None when there is none; an event type of at most 64
    letters; where the request came from; whether the attempt succeeded; `details` that JSON can carry.
    """
    # By name, so that a worker of another release does not mistake one value for another.
    log_auth_event_task.delay(
        user_id=user_id,
        event_type=event_type,
        ip_address=ip_address,
        user_agent=user_agent,
        device_info=device_info,
        success=success,
        details=details,
    )
