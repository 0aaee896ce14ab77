"""Effects: the rows that exist, as records of a history."""

import time
from collections.abc import Iterable
from typing import Any

from harness.history.record import Kind, Record

QUERY = """
    SELECT details ->> 'event_id', extract(epoch FROM created_at)::float8
    FROM accounts_authauditlog WHERE details ->> 'event_id' = ANY(%s) ORDER BY id
"""


def effects(database_url: str, events: Iterable[str]) -> list[Record]:
    """One record for each audit row of these events, asked of PostgreSQL itself and not of Django."""
    import psycopg  # noqa: PLC0415 - a stack brings its own; the gate itself does not need one

    with psycopg.connect(database_url) as connection:
        rows: list[tuple[Any, ...]] = connection.execute(QUERY, [list(events)]).fetchall()
    ahead = time.time() - time.monotonic()
    return [Record(Kind.EFFECT, event, monotonic=written - ahead, wall=written) for event, written in rows]


def a_user(database_url: str) -> int:
    """The primary key of a user who exists."""
    import psycopg  # noqa: PLC0415 - as above

    with psycopg.connect(database_url) as connection:
        row: Any = connection.execute("SELECT min(id) FROM accounts_user").fetchone()
    return int(row[0])
