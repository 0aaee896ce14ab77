"""A table of any size is cleaned in small steps: little memory, short transactions, and an end."""

import datetime as dt
import tracemalloc
from pathlib import Path

import pytest
from django.db import connection

from modules.auth.accounts.models import UserTOTPDevice
from modules.auth.accounts.tasks import clean_mfa_data

ROWS = 1_000_000
TRACED = 24_000  # tracing makes a row cost ten times as much
TRANSACTION = 20_000  # rows that one transaction may delete: a hundredth of a million, twice
MEGABYTES = 40  # that a process may grow by; a million keys in a list take 60 and more
LONG_AGO = dt.datetime(2020, 1, 1, tzinfo=dt.timezone.utc)  # past its retention by any clock
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.guards("task-clean-mfa", "model-totp-device"),
    pytest.mark.timeout(400),
]


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else None


@pytest.fixture
def deletions(transactional_db):
    """How many rows each transaction deleted, noted by PostgreSQL itself."""
    sql("CREATE TABLE deletions (transaction bigint, rows bigint)")
    sql(
        "CREATE FUNCTION note_deletion() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO deletions SELECT txid_current(), count(*) FROM gone; RETURN NULL; END $$"
    )
    sql(
        "CREATE TRIGGER note_deletion AFTER DELETE ON accounts_usertotpdevice "
        "REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION note_deletion()"
    )
    yield lambda: [int(rows) for (rows,) in sql("SELECT sum(rows) FROM deletions GROUP BY transaction")]
    sql("DROP TRIGGER note_deletion ON accounts_usertotpdevice")
    sql("DROP FUNCTION note_deletion")
    sql("DROP TABLE deletions")
    sql("TRUNCATE accounts_usertotpdevice")  # a million deleted rows would be in the way of all who come later


def fill(user, rows):
    """That many rows past their retention, and ten that are not, in a table that PostgreSQL knows its way about."""
    sql(
        "INSERT INTO accounts_usertotpdevice (user_id, name, confirmed, created_at) "
        "SELECT %s, '', false, %s FROM generate_series(1, %s)",
        user.pk,
        LONG_AGO,
        rows,
    )
    UserTOTPDevice.objects.bulk_create(UserTOTPDevice(user=user) for _ in range(10))
    sql("ANALYZE accounts_usertotpdevice")


def report(rows):
    return f"MFA data cleanup complete. Deleted {rows} TOTP devices and 0 backup codes."


def most_memory(pid):
    """The most megabytes that each process under `pid` has had at any moment, by its id."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    lines = {child: Path(f"/proc/{child}/status").read_text().partition("VmHWM:")[2] for child in [str(pid), *children]}
    return {child: int(line.split()[0]) / 1024 for child, line in lines.items()}


@pytest.mark.full  # half a minute of both cores
def test_a_worker_cleans_a_huge_table_in_short_transactions_and_little_memory(user, worker, deletions):
    fill(user, ROWS)
    before = most_memory(worker.child.pid)
    assert clean_mfa_data.delay().get(timeout=380) == report(ROWS)
    grown = {child: most - before[child] for child, most in most_memory(worker.child.pid).items()}
    assert UserTOTPDevice.objects.count() == 10
    assert (sum(deletions()), max(deletions()) <= TRANSACTION) == (ROWS, True)
    assert max(grown.values()) < MEGABYTES


def test_in_this_process_no_python_object_grows_with_the_table(user, eager, deletions):
    fill(user, TRACED)
    tracemalloc.start()
    try:
        assert clean_mfa_data.delay().get() == report(TRACED)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (sum(deletions()), max(deletions()) <= TRANSACTION) == (TRACED, True)
    # Half of it is one batch. With every row held as an object it would be 15 megabytes and more.
    assert most < 10 * 1024 * 1024


@pytest.fixture
def refilling(user):
    """A table into which another old device comes for each one that goes, for a while: two thousand in all."""
    UserTOTPDevice.objects.bulk_create(UserTOTPDevice(user=user, created_at=LONG_AGO) for _ in range(20))
    last = UserTOTPDevice.objects.latest("pk").pk
    sql(
        "CREATE FUNCTION refill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO accounts_usertotpdevice (user_id, name, confirmed, created_at) "
        "VALUES (OLD.user_id, '', false, OLD.created_at); RETURN NULL; END $$"
    )
    sql(
        "CREATE TRIGGER refill AFTER DELETE ON accounts_usertotpdevice "
        f"FOR EACH ROW WHEN (OLD.id < {last + 2000}) EXECUTE FUNCTION refill()"
    )
    yield
    sql("DROP TRIGGER refill ON accounts_usertotpdevice")
    sql("DROP FUNCTION refill")


def test_old_rows_that_come_in_while_it_runs_are_left_for_the_next_run(refilling, clean):
    assert clean.run() == report(20)
    assert UserTOTPDevice.objects.count() == 20
