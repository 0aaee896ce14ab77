"""What every PostgreSQL of ours has in common: its databases."""

from abc import abstractmethod

import psycopg
from psycopg import sql

from harness.errors import ServiceDied
from harness.services.base import PostgresService
from harness.services.managed import ManagedService

USER = "preflight"
MAX_CONNECTIONS = 200
ANSWER_SECONDS = 2  # the least that libpq waits for a connection; later than that it counts as down
WORK_SECONDS = 30  # a guard against hanging
DROP = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
CREATE = sql.SQL("CREATE DATABASE {}")


class ManagedPostgres(ManagedService, PostgresService):
    """A PostgreSQL that obeys the user USER at the address that the provider names."""

    @abstractmethod
    def _url(self, database: str) -> str:
        """The DATABASE_URL of a database."""

    def create_database(self, name: str) -> str:
        """See PostgresService.create_database."""
        self._execute(name, DROP, CREATE)
        return self._url(name)

    def drop_database(self, name: str) -> None:
        """See PostgresService.drop_database."""
        self._execute(name, DROP)

    def _execute(self, name: str, *statements: sql.SQL) -> None:
        try:
            with self._connection(WORK_SECONDS) as connection:
                for statement in statements:
                    connection.execute(statement.format(sql.Identifier(name)))
        except psycopg.Error as error:
            raise ServiceDied(f"{self.description} did not do its work on {name!r}: {error}") from error

    def _answers(self) -> bool:
        try:
            with self._connection() as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.Error:
            return False

    def _connection(self, seconds: int = ANSWER_SECONDS) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self._url("postgres"), connect_timeout=seconds, autocommit=True)
