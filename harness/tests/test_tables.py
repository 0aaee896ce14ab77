"""Tables emptied between scenarios, in a real PostgreSQL through what Django's connection has."""

import threading
from types import SimpleNamespace

import psycopg
import pytest

from harness import tables
from harness.services.pool import Services
from harness.tests.helpers import HANG
from harness.waiting import wait_until

MADE = """
CREATE TABLE auth_permission (id int); INSERT INTO auth_permission VALUES (1);
CREATE TABLE "user" (id int PRIMARY KEY); INSERT INTO "user" VALUES (1), (2);
CREATE TABLE device (owner int REFERENCES "user" DEFERRABLE INITIALLY DEFERRED); INSERT INTO device VALUES (1)
"""
LOCK_WANTED = "SELECT FROM pg_locks WHERE NOT granted AND relation = 'device'::regclass"


@pytest.fixture
def url(reaper):
    """A database with a user, a device of theirs, and a permission."""
    with Services("embedded", reaper) as pool:
        url = pool.postgres().create_database("emptied")
        with psycopg.connect(url) as connection:
            connection.execute(MADE)
        yield url


def empty(url):
    with psycopg.connect(url) as connection:
        introspection = SimpleNamespace(django_table_names=lambda **_: ["auth_permission", "user", "device"])
        ops = SimpleNamespace(quote_name=lambda name: f'"{name}"')
        tables.empty(SimpleNamespace(introspection=introspection, ops=ops, cursor=connection.cursor))


def counts(url):
    with psycopg.connect(url) as connection:
        names = ('"user"', "device", "auth_permission")
        return [connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names]  # noqa: S608


def test_all_rows_go_whatever_refers_to_them_and_what_migrate_made_stays(url):
    empty(url)

    assert counts(url) == [0, 0, 1]


def test_a_row_that_is_being_written_is_waited_for_and_goes_too(url):
    with psycopg.connect(url) as writer, psycopg.connect(url, autocommit=True) as watcher:
        writer.execute("INSERT INTO device VALUES (2)")
        emptying = threading.Thread(target=empty, args=(url,))
        emptying.start()
        wait_until(lambda: watcher.execute(LOCK_WANTED).fetchall(), HANG, "it waits for the writer")
        writer.commit()
        emptying.join(HANG)

    assert counts(url) == [0, 0, 1]
