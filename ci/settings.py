"""A team's own settings, laid over the reference app on both arms.

A toml with a table `[celery]` of Celery's own lower-case names, as its documentation has them, and one about the
connections to the database, `[database]` (ci.database_settings):

    [celery]
    task_acks_late = true
    worker_prefetch_multiplier = 1
    worker_pool = "threads"
    broker_transport_options = { visibility_timeout = 7200 }
    [database]
    url = "postgresql:///?options=-c%20statement_timeout%3D5000"
    conn_max_age = 600

What a scenario sets for itself wins, and so do the arguments that it starts a worker with.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomllib
from celery import __version__ as celery_version
from celery.app import defaults

from ci.database_settings import OWN_SERVERS, database_settings
from harness.errors import UsageError

TABLES = ("celery", "database")
REFUSED = {
    **dict.fromkeys(("broker_url", "broker_read_url", "broker_write_url", "broker_transport"), OWN_SERVERS),
    **dict.fromkeys(("result_backend", "cache_backend", "database_url"), OWN_SERVERS),
    **dict.fromkeys(("broker_use_ssl", "redis_backend_use_ssl"), "the gate's servers speak no TLS"),
    "task_always_eager": "nothing would reach a worker, and so nothing would be tried",
    "beat_scheduler": "the app's schedule is in its database, and the scenarios look for it there",
}
KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "dict": (dict,),
    "list": (list,),
    "tuple": (list,),
    "any": (str, bool, int, float, dict, list),
    "bytes": (),
}
WORDS = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    dict: "a table",
    list: "a list",
}


def read(path: Path) -> dict[str, Any]:
    """The settings in a file. Raises UsageError for anything that Celery would not take or the gate cannot allow."""
    try:
        data = tomllib.loads(path.read_text())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise UsageError(f"{path} is not TOML: {error}") from error
    tables = {name: data[name] for name in TABLES if name in data}
    others = [name for name in data if name not in TABLES]
    if others or not tables or not all(isinstance(table, dict) for table in tables.values()):
        extra = f"; it has {', '.join(map(repr, others))} beside them" if others else ""
        raise UsageError(f"{path} must have the table [celery] or [database], or both{extra}")
    celery, database = (tables.get(name, {}) for name in TABLES)
    for name, value in celery.items():
        if wrong := _wrong(name, value):
            raise UsageError(f"{path}: {name} {wrong}")
    return {**celery, **database_settings(path, database)}


def told(settings: Mapping[str, Any]) -> str:
    """The settings on one line."""
    return ", ".join(f"{name} = {json.dumps(value)}" for name, value in settings.items())


def _wrong(name: str, value: Any) -> str:
    """What is wrong with a setting, as the rest of a sentence; empty when nothing is."""
    known = dict(defaults.flatten(defaults.NAMESPACES))
    if name in REFUSED:
        return f"cannot be set: {REFUSED[name]}"
    if name not in known:
        lower = name.lower().removeprefix("celery_")
        hint = f": write {lower}" if lower in known else f" in Celery {celery_version}"
        return f"is no setting{hint}"
    kinds = KINDS[getattr(known[name].type, "__name__", known[name].type)]
    usual = type(value) is type(known[name].default)  # task_default_delivery_mode is declared a text, and is 2
    if not usual and (not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds)):
        return f"must be {' or '.join(WORDS[kind] for kind in kinds) or 'left out: it cannot be written in TOML'}"
    return "" if _is_json(value) else "holds a date, a time, inf or nan, none of which can be handed to the app"


def _is_json(value: Any) -> bool:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError):
        return False
    return True
