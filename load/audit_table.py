"""The audit table of one database, asked of PostgreSQL itself and not of Django."""

from types import TracebackType
from typing import Any, LiteralString, Self

import psycopg

ROWS: LiteralString = """
    SELECT details ->> 'event_id', extract(epoch FROM created_at)::float8 FROM accounts_authauditlog ORDER BY created_at
"""
SESSIONS: LiteralString = "SELECT sessions FROM pg_stat_database WHERE datname = current_database()"  # PostgreSQL 14


class AuditTable:
    """Looks through one connection, which is there before anybody counts connections."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._connection = psycopg.connect(url, autocommit=True)

    def rows(self) -> list[tuple[str, float]]:
        """Event id and time of making (seconds since 1970, UTC) of each row, oldest first."""
        return self._connection.execute(ROWS).fetchall()

    def count(self) -> int:
        """How many rows there are."""
        return self._number("SELECT count(*) FROM accounts_authauditlog")

    def connections(self) -> int:
        """How many connections were opened to this database so far."""
        return self._number(SESSIONS)

    def sessions(self) -> int:
        """How many web sessions logging in has left."""
        return self._number("SELECT count(*) FROM django_session")

    def empty(self) -> None:
        """Throw all rows away, and the web sessions that logging in has left."""
        self._connection.execute("TRUNCATE accounts_authauditlog, django_session")

    def execute(self, statement: LiteralString) -> None:
        """Do something to the table."""
        self._connection.execute(statement)

    def _number(self, question: LiteralString) -> int:
        row: Any = self._connection.execute(question).fetchone()
        return int(row[0])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
