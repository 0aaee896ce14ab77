"""What is done to a PostgreSQL. Each is a context: the fault is on inside it and over behind it."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from harness.errors import PreflightError, WaitTimeout
from harness.faults.fault import Fault
from harness.services.base import PostgresService
from harness.waiting import wait_until

MOST_CONNECTIONS = 500  # a guard: the server has fewer
CROWD = "preflight-crowd"
HOST = "preflight-host"  # of a crowd
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
        _end_all_in(connection, connection.info.dbname)
    yield


@contextmanager
def crowded(_postgres: PostgresService, database_url: str) -> Iterator[None]:
    """POSTGRES_CROWDED. Those who are connected are cut until each slot is the crowd's: they would go on otherwise."""
    aside = make_conninfo(database_url, dbname=MAINTENANCE)
    with psycopg.connect(aside, autocommit=True, application_name=HOST) as host:
        with ExitStack() as taken:
            with _closed(host, str(conninfo_to_dict(database_url)["dbname"])) as cut:
                crowd = lambda: _held(host, CROWD)  # noqa: E731 - on a loaded machine it takes its time to come
                _wait(lambda: _has_all(host, aside, taken, cut), "PostgreSQL is crowded", crowd)
            yield
        _wait(lambda: not _held(host, CROWD), "PostgreSQL has connections to give again")


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
def _closed(host: "psycopg.Connection[Any]", database: str) -> Iterator[Callable[[], None]]:
    """Nobody new gets into the database inside it. Yields what cuts those who are in.

    One who is cut connects again at once, and would have the slot back before the crowd comes for it, each time.
    """
    door = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    host.execute(door.format(sql.Identifier(database), False))
    try:
        yield lambda: _end_all_in(host, database)
    finally:
        host.execute(door.format(sql.Identifier(database), True))


def _end_all_in(connection: "psycopg.Connection[Any]", database: str) -> None:
    """End all connections to that database but this one."""
    connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()",
        [database],
    )


def _wait(condition: Callable[[], object], why: str, progress: Callable[[], object] = lambda: None) -> None:
    try:
        wait_until(condition, PATIENCE_SECONDS, why, progress=progress)
    except WaitTimeout as error:
        raise PreflightError(f"the fault could not be done: {error}") from error  # which is no stack's doing


def _has_all(host: "psycopg.Connection[Any]", aside: str, taken: ExitStack, cut: Callable[[], None]) -> bool:
    """Counted, because one who has just gone by himself has left a slot that those who were cut have not."""
    cut()
    _take_all(aside, taken)
    [(slots,)] = host.execute("SELECT current_setting('max_connections')::int")
    return _held(host, CROWD, HOST) >= int(slots)


def _held(connection: "psycopg.Connection[Any]", *applications: str) -> int:
    """How many connections PostgreSQL keeps for these: it hears of an end a moment later."""
    [(number,)] = connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = ANY (%s)", [list(applications)]
    )
    return int(number)


def _take_all(aside: str, taken: ExitStack) -> None:
    with suppress(psycopg.OperationalError):
        for _ in range(MOST_CONNECTIONS):
            taken.enter_context(psycopg.connect(aside, application_name=CROWD))
        raise PreflightError(f"PostgreSQL has more than {MOST_CONNECTIONS} connections to give: it cannot be crowded")
