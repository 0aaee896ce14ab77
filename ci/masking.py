"""Takes out of recorded facts what differs from run to run by itself. Pure."""

import platform
import re
from typing import Any

MASKS = (
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "UUID"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?"), "TIME"),  # an offset behind it stays: it is a fact
    (re.compile(r"\bgen\d+@\S+"), "genPID@HOST"),
    (re.compile(re.escape(platform.node())), "HOST"),
    (re.compile(r"((?:127\.0\.0\.1|localhost)):\d+"), r"\1:PORT"),
    (re.compile(r"(\('127\.0\.0\.1', )\d+"), r"\1PORT"),
    (re.compile(r"\b(pid[ =:]+)\d+", re.IGNORECASE), r"\1PID"),
    (re.compile(r" at 0x[0-9a-f]+"), " at ADDRESS"),
    (re.compile(r"(?:/[\w.+-]+)+/(?:site-packages|python\d\.\d+)/"), ""),
    (re.compile(r"(?:/[\w.+-]+)*/(?:tmp|runs)/[\w./+-]*"), "PATH"),
)
VOLATILE = {"pid", "clock", "port", "timestamp", "expiration"}  # keys whose numbers mean nothing to another run
UNMASKED = "firings"  # observations of this group are instants on a clock that the scenario set


def masked(value: Any) -> Any:
    """The JSON-able value with a word in the place of each id, time, address, path, pid and host's name in it."""
    if isinstance(value, str):
        for pattern, word in MASKS:
            value = pattern.sub(word, value)
        return value
    if isinstance(value, dict):
        return {masked(key): key.upper() if key in VOLATILE else masked(one) for key, one in value.items()}
    return [masked(one) for one in value] if isinstance(value, list) else value
