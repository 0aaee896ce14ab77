"""Runs inside a stack's environment: a producer that hands audit events to the app, one after another, for ever.

Usage: produce_events.py REPORT_FILE PACE_FILE PREFIX, in the app's folder.
PACE_FILE holds how many events a second; 0 holds it back, and it says that no event is on its way by making
PACE_FILE.paused. The user whose events these are is made first; the ids are PREFIX and a number.
"""

import os
import sys
import time

from preflight_history import ID, record
from preflight_report import report

LOOKS_SECONDS = 0.05  # while it is held back


def main() -> None:
    """Produce until we are ended."""
    path, pace, prefix = sys.argv[1:]
    sys.path[0] = ""
    import django  # noqa: PLC0415 - only now is the app's folder on the path

    django.setup()
    user = _user()
    report(path)
    number = 0
    while True:
        rate = _rate(pace)
        if rate:
            number += 1
            _produce(user, f"{prefix}-{number}")
            time.sleep(1 / rate)
        else:
            _say_paused(f"{pace}.paused")
            time.sleep(LOOKS_SECONDS)


def _user() -> int:
    from modules.auth.accounts.models import User  # noqa: PLC0415 - the app is importable only now

    user, _ = User.objects.get_or_create(username="ada", defaults={"email": "ada@example.com"})
    return int(user.pk)


def _rate(pace: str) -> float:
    with open(pace) as file:  # noqa: PTH123 - as little as possible is imported here
        return float(file.read() or 0)


def _say_paused(path: str) -> None:
    if not os.path.exists(path):  # noqa: PTH110 - as above. To look is cheaper than to write, and most of it is waiting
        open(path, "w").close()  # noqa: PTH123 - as above


def _produce(user: int, event: str) -> None:
    from modules.auth.accounts.utils import log_auth_event  # noqa: PLC0415 - as above

    record("attempted", event)
    try:
        log_auth_event(user, "login", "192.0.2.7", "Firefox", None, True, {ID: event})
    except Exception as error:  # noqa: BLE001 - whatever it is, the login page would have seen it
        record("refused", event, type(error).__name__)
    else:
        record("acked", event)


main()
