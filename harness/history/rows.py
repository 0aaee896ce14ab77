"""Effects: the rows that exist, as records of a history."""

import time
from collections.abc import Iterable
from typing import Any

from harness.history.record import Kind, Record

ROWS = "SELECT coalesce(details ->> 'event_id', ''), extract(epoch FROM created_at)::float8 FROM accounts_authauditlog"
OF_EVENTS = f"{ROWS} WHERE details ->> 'event_id' = ANY(%s) ORDER BY id"
BEHIND = f"{ROWS} WHERE id > %s AND coalesce(details ->> 'event_id', '') ~ %s ORDER BY id"


def effects(database_url: str, events: Iterable[str]) -> list[Record]:
    """One record for each audit row of these events, asked of PostgreSQL itself and not of Django."""
    return _effects(database_url, OF_EVENTS, list(events))


def effects_behind(database_url: str, row: int, pattern: str) -> list[Record]:
    """As `effects`, of all rows written behind that one whose event's id, '' where it has none, matches the pattern."""
    return _effects(database_url, BEHIND, row, pattern)


def last_row(database_url: str) -> int:
    """The primary key of the last audit row; 0: there is none."""
    [(last,)] = _asked(database_url, "SELECT coalesce(max(id), 0) FROM accounts_authauditlog")
    return int(last)


def a_user(database_url: str) -> int:
    """The primary key of a user who exists."""
    [(user,)] = _asked(database_url, "SELECT min(id) FROM accounts_user")
    return int(user)


def _effects(database_url: str, query: str, *values: Any) -> list[Record]:
    rows = _asked(database_url, query, *values)
    ahead = time.time() - time.monotonic()
    return [Record(Kind.EFFECT, event, monotonic=written - ahead, wall=written) for event, written in rows]


def _asked(database_url: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
    import psycopg  # noqa: PLC0415 - a stack brings its own; the gate itself does not need one

    with psycopg.connect(database_url) as connection:
        return connection.execute(query, values).fetchall()
