"""What is done to a PostgreSQL. Each is a context: the fault is on inside it and over behind it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from harness.errors import PreflightError, WaitTimeout
from harness.faults.fault import Fault
from harness.services.base import PostgresService
from harness.waiting import wait_until

MOST_CONNECTIONS = 500  # a guard: the server has fewer
CROWD = "preflight-crowd"
MAINTENANCE = "postgres"  # the database that each server has from the start
PATIENCE_SECONDS = 20.0


@contextmanager
def restarted(postgres: PostgresService, _database_url: str) -> Iterator[None]:
    """POSTGRES_RESTART."""
    postgres.stop()
    try:
        yield
    finally:
        postgres.start()


@contextmanager
def frozen(postgres: PostgresService, _database_url: str) -> Iterator[None]:
    """POSTGRES_FREEZE."""
    postgres.freeze()
    try:
        yield
    finally:
        postgres.resume()


@contextmanager
def dropped(_postgres: PostgresService, database_url: str) -> Iterator[None]:
    """POSTGRES_DROP."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        _end_all_in(connection, database_url)
    yield


@contextmanager
def crowded(_postgres: PostgresService, database_url: str) -> Iterator[None]:
    """POSTGRES_CROWDED. Those who are connected are cut until each slot is the crowd's: they would go on otherwise."""
    with psycopg.connect(database_url, dbname=MAINTENANCE, autocommit=True) as host:
        with ExitStack() as taken:
            with _closed(host, database_url):
                # On a loaded machine the crowd takes its time to come.
                _wait(lambda: _has_all(host, database_url, taken), "PostgreSQL is crowded", lambda: _crowd(host))
            yield
        _wait(lambda: not _crowd(host), "PostgreSQL has connections to give again")


OF_POSTGRES: dict[Fault, Callable[[PostgresService, str], AbstractContextManager[None]]] = {
    Fault.POSTGRES_RESTART: restarted,
    Fault.POSTGRES_DROP: dropped,
    Fault.POSTGRES_FREEZE: frozen,
    Fault.POSTGRES_CROWDED: crowded,
}


@contextmanager
def locked(database_url: str, table: str) -> Iterator[None]:
    """Hold every statement on a table back: whoever wants it is in the middle of something for as long."""
    with psycopg.connect(database_url) as connection:
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table)))
        yield


def end_those_of(database_url: str, application: str) -> None:
    """End the connections that a process (its application_name) has left behind, and what was going on in them.

    PostgreSQL would otherwise finish a dead client's statement, as it may or may not when the client's machine goes.
    """
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = %s",
            [application],
        )


@contextmanager
def _closed(host: "psycopg.Connection[Any]", database_url: str) -> Iterator[None]:
    """Nobody new gets into the database inside it.

    One who is cut connects again at once, and would have the slot back before the crowd comes for it, each time.
    """
    door = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    host.execute(door.format(sql.Identifier(_name(database_url)), False))
    try:
        yield
    finally:
        host.execute(door.format(sql.Identifier(_name(database_url)), True))


def _end_all_in(connection: "psycopg.Connection[Any]", database_url: str) -> None:
    """End all connections to that database but this one."""
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
        [_name(database_url)],
    )


def _name(database_url: str) -> str:
    return str(conninfo_to_dict(database_url)["dbname"])


def _wait(condition: Callable[[], object], why: str, progress: Callable[[], object] = lambda: None) -> None:
    try:
        wait_until(condition, PATIENCE_SECONDS, why, progress=progress)
    except WaitTimeout as error:
        raise PreflightError(f"the fault could not be done: {error}") from error  # which is no stack's doing


def _has_all(host: "psycopg.Connection[Any]", database_url: str, taken: ExitStack) -> bool:
    """Counted, because one who has just gone by himself has left a slot that those who were cut have not."""
    _end_all_in(host, database_url)
    _take_all(database_url, taken)
    [(slots,)] = host.execute("SELECT current_setting('max_connections')::int")
    return _crowd(host) >= int(slots) - 1  # the host has one


def _crowd(host: "psycopg.Connection[Any]") -> int:
    """How many connections PostgreSQL keeps for the crowd: it hears of an end a moment later."""
    [(number,)] = host.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = %s", [CROWD])
    return int(number)


def _take_all(database_url: str, taken: ExitStack) -> None:
    with suppress(psycopg.OperationalError):
        for _ in range(MOST_CONNECTIONS):
            taken.enter_context(psycopg.connect(database_url, dbname=MAINTENANCE, application_name=CROWD))
        raise PreflightError(f"PostgreSQL has more than {MOST_CONNECTIONS} connections to give: it cannot be crowded")
