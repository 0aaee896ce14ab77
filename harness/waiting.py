"""Waiting for a condition, never for a time."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

from harness.errors import WaitTimeout

T = TypeVar("T")
POLL_SECONDS = 0.02  # at first; then a twentieth of the time waited: to look costs what is waited for its time
LONGEST_POLL_SECONDS = 0.1


def real_seconds() -> float:
    """Elapsed real seconds from an arbitrary start. freezegun freezes time.monotonic, but not this."""
    return os.times().elapsed


def wait_until(
    condition: Callable[[], T],
    timeout: float,
    why: str,
    *,
    abort: Callable[[], None] | None = None,
    progress: Callable[[], object] = lambda: None,
    hint: str = "",
) -> T:
    """Return the first truthy value of `condition`, polled for at most `timeout` seconds since `progress` changed.

    `why` names what is waited for. `abort` is called before each poll and may raise when waiting has become pointless.
    Raises WaitTimeout with the last value seen and `hint`, what to do next.
    """
    begun = real_seconds()
    known, deadline = progress(), begun + timeout
    while True:
        if abort:
            abort()
        seen = condition()
        if seen:
            return seen
        before, known = known, progress()
        if known != before:
            deadline = real_seconds() + timeout
        if real_seconds() >= deadline:
            cause = f"{why}: not within {timeout:g} s"
            raise WaitTimeout(". ".join(filter(None, [f"{cause}, last seen {seen!r}", hint])), cause)
        time.sleep(min(max(POLL_SECONDS, (real_seconds() - begun) / 20), LONGEST_POLL_SECONDS))
