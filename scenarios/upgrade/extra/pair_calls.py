"""What a web process or a shell of either stack does; called in a process of that stack. Values are JSON's."""

import datetime as dt
import decimal
import uuid
from typing import Any

import pair_tasks
from celery import chain, chord, group
from celery.result import AsyncResult, GroupResult
from django.db import close_old_connections
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask

from core import celery_app
from modules.auth.accounts.models import AuthAuditLog, User
from modules.auth.accounts.tasks import log_auth_event_task, send_welcome_email

SECONDS = 30
HOUR = dt.timedelta(hours=1)
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)
ARGUMENTS = {
    "an aware datetime": dt.datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=dt.timezone.utc),
    "a datetime with an offset": dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.timezone(dt.timedelta(hours=2))),
    "a naive datetime": dt.datetime(2026, 3, 29, 1, 30),  # noqa: DTZ001 - people send them
    "a date": dt.date(2026, 3, 29),
    "a time": dt.time(1, 30),
    "a timedelta": dt.timedelta(minutes=90),
    "a Decimal": decimal.Decimal("12.50"),
    "a UUID": uuid.UUID("0f3ec1a2-0000-4000-8000-1234567890ab"),
    "a lazy text": gettext_lazy("Yes"),
    "bytes": b"\x00\xff",
    "text": "é\u2028",
    "a large whole number": 2**70,
    "a fraction": 0.1,
    "nothing": None,
    "a set": {1},
    "nested": {"list": [1, {"none": None}], "when": [dt.date(2026, 3, 29)]},
    "a dict with numbers as keys": {1: "one"},
}


def send(task: str, args: "list[Any]", queue: str, **options: Any) -> str:
    """Send a task of pair_tasks; its id."""
    return getattr(pair_tasks, task).apply_async(args, queue=queue, **options).id


def send_expired(queue: str) -> str:
    """Send a task that nobody is to run any more; its id."""
    return pair_tasks.note.apply_async(("expired",), queue=queue, expires=LONG_AGO).id


def send_argument(kind: str, queue: str) -> "str | None":
    """Send an argument of that kind; the task's id, or None when this version refuses to send it."""
    try:
        return pair_tasks.tell.apply_async((ARGUMENTS[kind],), queue=queue).id
    except Exception:  # noqa: BLE001 - kombu's EncodeError, json's TypeError: a refusal has no single class
        return None


def send_event(user_id: int, event_type: str, queue: str) -> None:
    """Send one event as the app does."""
    fields = {"ip_address": "192.0.2.7", "user_agent": "Firefox", "device_info": None, "success": True, "details": {}}
    log_auth_event_task.apply_async(kwargs={"user_id": user_id, "event_type": event_type, **fields}, queue=queue)


def send_mail(queue: str) -> str:
    """Send the app's other kind of task, whose result matters; its id."""
    return send_welcome_email.apply_async(("ada@example.com",), queue=queue).id


def outcome(id: str) -> "dict[str, Any]":  # noqa: A002 - Celery's own word
    """Wait for a task as its caller would and tell what this version makes of its result."""
    result = AsyncResult(id)
    value = result.get(timeout=SECONDS, propagate=False)
    failed = isinstance(value, BaseException)
    return {
        "state": result.state,
        "value": None if failed else value,
        "error": [type(value).__module__, type(value).__name__, [str(one) for one in value.args]] if failed else None,
        "seconds since": seconds_since(result.date_done),
        "traceback": "raise" in (result.traceback or ""),
    }


def seconds_since(done: dt.datetime) -> float:
    """Seconds since then; a naive time is UTC."""
    return (timezone.now() - (done if done.tzinfo else done.replace(tzinfo=dt.timezone.utc))).total_seconds()


def revoke(id: str) -> None:  # noqa: A002 - Celery's own word
    """Revoke a task on all workers."""
    celery_app.control.revoke(id)


def revoked(node: str) -> "list[str]":
    """The ids that a worker knows as revoked."""
    answers = celery_app.control.inspect(destination=[node], timeout=SECONDS, limit=1).revoked() or {}
    return [one for ids in answers.values() for one in ids]


def consume(node: str, queue: str) -> None:
    """Have a worker consume a queue as well."""
    celery_app.control.add_consumer(queue, destination=[node], reply=True, timeout=SECONDS, limit=1)


def ping(node: str) -> "list[Any]":
    """What a worker answers."""
    return celery_app.control.ping(destination=[node], timeout=SECONDS, limit=1)


def canvas(kind: str, first: str, second: str) -> str:
    """Send a work flow that begins on the first queue and ends on the second; the id of its end."""
    return CANVASES[kind](first, second).apply_async().id


CANVASES: "dict[str, Any]" = {
    "chain": lambda first, second: chain(
        pair_tasks.tell.s().set(queue=first),
        pair_tasks.follow.s().set(queue=second),
        pair_tasks.follow.s().set(queue=first),
        pair_tasks.follow.s().set(queue=second),
    ),
    "chord": lambda first, second: chord(
        [pair_tasks.tell.s(1).set(queue=first), pair_tasks.tell.s(2).set(queue=second)],
        pair_tasks.join.s().set(queue=second),
    ),
    "group in a chain": lambda first, second: chain(
        pair_tasks.tell.s().set(queue=first),
        group(pair_tasks.follow.s().set(queue=first), pair_tasks.follow.s().set(queue=second)),
        pair_tasks.join.s().set(queue=second),
    ),
    "chord whose part fails": lambda first, second: chord(
        [pair_tasks.tell.s().set(queue=second), pair_tasks.fail.s("ours").set(queue=first)],
        pair_tasks.join.s().set(queue=second),
    ),
    "chain that fails": lambda first, second: chain(
        pair_tasks.fail.si("ours").set(queue=first), pair_tasks.follow.s().set(queue=second)
    ),
}


def send_with_links(first: str, second: str) -> str:
    """Send one task that returns, to be followed by a note; the id of the task."""
    told = pair_tasks.note.si("linked").set(queue=second)
    return pair_tasks.tell.apply_async(queue=first, link=told).id


def send_failing_with_links(first: str, second: str) -> str:
    """Send one task that fails, to be followed by a note; the id of the task."""
    told = pair_tasks.note.si("linked on error").set(queue=second)
    return pair_tasks.fail.apply_async(("ours",), queue=first, link_error=told).id


def save_group(first: str, second: str, countdown: float) -> str:
    """Send a group over both queues and keep its result; the group's id. Without a countdown (seconds) it is done."""
    queues = (first, second, first)
    parts = [pair_tasks.tell.s(n).set(queue=queue, countdown=countdown) for n, queue in enumerate(queues)]
    result = group(*parts).apply_async()
    result.save()
    if not countdown:
        result.get(timeout=SECONDS)
    return result.id


def restore_group(id: str) -> "list[Any]":  # noqa: A002 - Celery's own word
    """What another process makes of a kept group."""
    return [part["seen"] for part in GroupResult.restore(id).get(timeout=SECONDS)]


def forget(id: str) -> str:  # noqa: A002 - Celery's own word
    """Forget a result; the state afterwards."""
    AsyncResult(id).forget()
    return AsyncResult(id).state


def user(name: str) -> int:
    """Make a user who logs in with that name as password; the primary key."""
    return User.objects.create_user(name, f"{name}@example.com", name).pk


def events(prefix: str) -> "list[str]":
    """The types of the audit events written so far that begin so."""
    return list(AuthAuditLog.objects.filter(event_type__startswith=prefix).values_list("event_type", flat=True))


def schedule(name: str, task: str, args: str, kwargs: str = "{}", queue: "str | None" = None, every: int = 1) -> None:
    """Make or renew a periodic task that is due every so many seconds."""
    close_old_connections()  # as every request to the admin does: the database may have dropped it meanwhile
    interval, _ = IntervalSchedule.objects.get_or_create(every=every, period=IntervalSchedule.SECONDS)
    fields = {"task": task, "args": args, "kwargs": kwargs, "queue": queue, "interval": interval, "enabled": True}
    PeriodicTask.objects.update_or_create(name=name, defaults=fields)


def unschedule(name: str) -> None:
    """Switch a periodic task off, as the admin does."""
    close_old_connections()  # as above
    row = PeriodicTask.objects.get(name=name)
    row.enabled = False
    row.save()


def scheduled(name: str) -> "dict[str, Any]":
    """What the database says of a periodic task."""
    row = PeriodicTask.objects.get(name=name)
    return {
        "runs": row.total_run_count,
        "last": row.last_run_at and row.last_run_at.isoformat(),
        "enabled": row.enabled,
    }


def schedule_all_kinds() -> None:
    """Rows as a live system has them, none of them due within hours, beside one that is due every two seconds."""
    now = timezone.now()
    far = (now + 12 * HOUR).hour
    crontab = CrontabSchedule.objects.create(minute="0", hour=str(far), timezone="Europe/Berlin")
    daily = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)
    clocked = ClockedSchedule.objects.create(clocked_time=now - HOUR)
    task = "core.celery.debug_task"
    ran_before = {"task": task, "last_run_at": now - HOUR, "total_run_count": 41, "kwargs": '{"a": [1, null]}'}
    PeriodicTask.objects.create(name="crontab", crontab=crontab, expire_seconds=600, **ran_before)
    PeriodicTask.objects.create(name="interval", interval=daily, priority=3, headers='{"x": "y"}', **ran_before)
    PeriodicTask.objects.create(name="clocked", clocked=clocked, one_off=True, enabled=False, **ran_before)
    PeriodicTask.objects.create(name="off", interval=daily, enabled=False, task=task, description="é", queue="q")
    schedule("often", task, "[]", queue="beat", every=2)
