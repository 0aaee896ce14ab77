"""Read the settings' values from environment variables.

Every reader takes a variable's name and the value to use when it is unset or empty (a compose file passes an
unset variable on as an empty one), and raises ImproperlyConfigured, naming the variable, for anything that it
cannot read: a typing mistake must stop the start, not become a default.
"""

import json
import math
import os
from typing import Any

from django.core.exceptions import ImproperlyConfigured

_FLAGS = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


def text(name: str, default: str) -> str:
    """Return the variable as it stands."""
    return os.environ.get(name) or default


def words(name: str, default: list[str]) -> list[str]:
    """Return a comma-separated variable as a list, without the blanks around its parts."""
    raw = os.environ.get(name)
    return [part.strip() for part in raw.split(",") if part.strip()] if raw else default


def flag(name: str, default: bool) -> bool:
    """Return a yes-or-no variable: 1/true/yes/on or 0/false/no/off, in any case."""
    raw = os.environ.get(name)
    if not raw:
        return default
    if raw.strip().lower() not in _FLAGS:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(_FLAGS)}; it is {raw!r}.")
    return _FLAGS[raw.strip().lower()]


def choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """Return one of a few words."""
    raw = os.environ.get(name) or default
    if raw not in choices:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}; it is {raw!r}.")
    return raw


def whole_number(name: str, default: int) -> int:
    """Return a whole number, zero or more. The unit is the caller's."""
    raw = os.environ.get(name) or str(default)
    # isdecimal() alone would also let digits of other scripts in.
    if not (raw.isascii() and raw.isdecimal()):
        raise ImproperlyConfigured(f"{name} must be a whole number, zero or more; it is {raw!r}.")
    return int(raw)


def seconds(name: str, default: float) -> float:
    """Return a length of time in seconds, zero or more; fractions are welcome."""
    raw = os.environ.get(name) or str(default)
    try:
        value = float(raw)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise ImproperlyConfigured(f"{name} must be a number of seconds, zero or more; it is {raw!r}.")
    return value


def celery_settings(name: str) -> dict[str, Any]:
    """Return a JSON object of Celery's own setting names, lower case as in its documentation, as Django settings."""
    raw = os.environ.get(name) or "{}"
    try:
        given = json.loads(raw)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(key.isidentifier() and key.islower() for key in given):
        raise ImproperlyConfigured(f"{name} must be a JSON object of Celery's lower-case settings; it is {raw!r}.")
    return {f"CELERY_{key.upper()}": value for key, value in given.items()}
