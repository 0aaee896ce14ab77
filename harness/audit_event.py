"""An audit event as a message of Celery's, as a producer hands it over."""

from typing import Any

TASK = "modules.auth.accounts.tasks.log_auth_event_task"


def hand_over(app: Any, url: str, user: int, event: str, **options: Any) -> None:
    """Send the event with that id to the broker at `url`, with options of apply_async. Raises what that raises."""
    keywords = {"user_id": user, "event_type": "probe", "ip_address": None, "user_agent": ""}
    keywords |= {"device_info": None, "success": True, "details": {"event_id": event}}
    with app.connection_for_write(url) as connection:
        app.send_task(TASK, kwargs=keywords, connection=connection, ignore_result=True, **options)
