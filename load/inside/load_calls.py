"""Runs inside a stack's process that has set Django up: makes users, publishes events, and says what that takes.

Standard library, the app and its pins only, on Python 3.10 and newer. Called through harness.processes.caller.
"""

import statistics
import time
from typing import Any

CHUNK = 500  # users for one insert


def make_users(names: "list[str]", password: str) -> int:
    """Make the users, with one hash for all (made by the hasher that the settings name); returns how many there are."""
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415 - importable once Django is set up

    from modules.auth.accounts.models import User  # noqa: PLC0415 - as above

    hashed = make_password(password)
    users = [User(username=name, email=f"{name}@example.com", password=hashed) for name in names]
    User.objects.bulk_create(users, batch_size=CHUNK)
    return int(User.objects.count())


def publish(prefix: str, count: int) -> "dict[str, float]":
    """Hand `count` events to the app; their ids are PREFIX and a number.

    Out: microseconds that one took (median), and of CPU time that one took this process (mean).
    """
    user = _a_user()
    took = []
    cpu = time.process_time()
    for number in range(count):
        begun = time.perf_counter()
        _publish(user, f"{prefix}-{number}")
        took.append(time.perf_counter() - begun)
    cpu = time.process_time() - cpu
    return {"publish_us": statistics.median(took) * 1e6, "publish_cpu_us": cpu / count * 1e6}


def publish_in_turns(prefix: str, count: int) -> "dict[str, float]":
    """The same `count` times, each followed by a bare LPUSH of as many bytes to a list of its own.

    Out: the median microseconds of both. The list is deleted.
    """
    import redis  # noqa: PLC0415 - the stack's own
    from django.conf import settings  # noqa: PLC0415 - as above

    user = _a_user()
    ours: list[float] = []
    bare: list[float] = []
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as client:
        _publish(user, f"{prefix}-sample")
        message: Any = client.lindex("celery", 0)
        for number in range(count):
            ours.append(_seconds(lambda number=number: _publish(user, f"{prefix}-{number}")))
            bare.append(_seconds(lambda: client.lpush("preflight-bare", message)))
        client.delete("preflight-bare")
    return {"publish_us": statistics.median(ours) * 1e6, "lpush_us": statistics.median(bare) * 1e6}


def _seconds(call: Any) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def _a_user() -> int:
    from modules.auth.accounts.models import User  # noqa: PLC0415 - as above

    return int(User.objects.order_by("pk").values_list("pk", flat=True)[0])


def _publish(user: int, event: str) -> None:
    from modules.auth.accounts.utils import log_auth_event  # noqa: PLC0415 - as above

    log_auth_event(user, "login_success", "192.0.2.7", "Mozilla/5.0", None, True, {"event_id": event})
