"""An event becomes one row, however often and by however many it is written, on PostgreSQL as on SQLite."""

import json
import threading

import pytest
from django.db import IntegrityError, connection, transaction

from harness.session import Session
from modules.auth.accounts.audit import AuditEvent, event_id_of, write
from modules.auth.accounts.models import AuthAuditLog, User
from modules.auth.accounts.tasks import log_auth_event_task

EVENT = ["login_failed", "192.0.2.7", "Firefox", None, False]
ID = "2f1c8a52-6f0e-4d0b-9d36-0f3f8f2d1a77"
NOBODY = 2**31
ON_ANY_DATABASE = """
import json
from django.db import connection, transaction
from modules.auth.accounts.audit import AuditEvent, event_id_of, write
from modules.auth.accounts.models import AuthAuditLog
def event(number, user_id=None): return AuditEvent(user_id, f"event {number}", None, "", None, False)
for _ in range(2):
    write(event(1), event_id_of("one"))
with transaction.atomic():
    for _ in range(2):
        write(event(2), event_id_of("two"))
    write(event(3, 4711), event_id_of("three"))
for _ in range(2):
    write(event(4, 4711), event_id_of("four"))
    write(event(5), None)
print("FACTS", json.dumps(list(AuthAuditLog.objects.order_by("pk").values_list("event_type", "user_id", "details"))))
"""
OLD_ROW = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute(
        "INSERT INTO accounts_authauditlog (event_type, user_agent, success, details, created_at)"
        " VALUES ('of an older release', '', '1', '{}', '2026-03-01 03:00:00+00')"
    )
"""


@pytest.fixture(params=["postgresql", "sqlite"])
def elsewhere(request, launcher, session: Session, tmp_path):
    """A launcher on a new and empty database of either kind."""
    name = f"audit_{session.name}".replace("-", "_")[-60:]
    postgresql = session.services.postgres().create_database(name)
    url = {"postgresql": postgresql, "sqlite": f"sqlite:///{tmp_path}/audit.sqlite3"}[request.param]
    yield launcher.with_settings(DATABASE_URL=url)
    session.services.postgres().drop_database(name)


def test_on_either_database_an_event_is_one_row_and_rows_of_older_releases_stay(elsewhere):
    elsewhere.manage("migrate", "accounts", "0001")
    elsewhere.manage("shell", "--command", OLD_ROW)
    elsewhere.manage("migrate")
    said = elsewhere.manage("shell", "--command", ON_ANY_DATABASE)
    [facts] = [line.partition(" ")[2] for line in said.splitlines() if line.startswith("FACTS")]
    assert json.loads(facts) == [
        ["of an older release", None, {}],
        ["event 1", None, {}],
        ["event 2", None, {}],
        ["event 3", None, {"user_id": 4711}],
        ["event 4", None, {"user_id": 4711}],
        ["event 5", None, {}],
        ["event 5", None, {}],
    ]


@pytest.mark.guards("trap-6")
def test_many_who_write_one_event_at_the_same_time_leave_one_row(transactional_db):
    start, failures = threading.Barrier(8), []

    def write_it() -> None:
        try:
            start.wait()
            write(AuditEvent(None, *EVENT), event_id_of(ID))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test's own thread is to tell it
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert AuthAuditLog.objects.count() == 1


@pytest.mark.parametrize("nested", [False, True])
def test_a_row_that_the_database_refuses_for_another_reason_is_refused_to_the_caller(transactional_db, nested):
    event = AuditEvent(None, None, None, "", None, False)
    with pytest.raises(IntegrityError):
        in_a_transaction(write, event) if nested else write(event, event_id_of(ID))


def in_a_transaction(call, event) -> None:
    with transaction.atomic():
        call(event, event_id_of(ID))


# Delivered to a worker ------------------------------------------------------------------------------------------------


@pytest.mark.guards("trap-6")
def test_an_event_that_is_delivered_again_is_written_once(worker, shared_trail, ada):
    shared_trail.deliver([ada.pk, *EVENT, {"n": 1}], ID, times=3)
    shared_trail.drained(worker)
    assert [row["details"] for row in shared_trail.rows(1, worker)] == [{"n": 1}]


@pytest.mark.guards("task-log-auth-event")
def test_messages_that_an_older_release_left_in_the_queue_are_written(worker, shared_trail, ada):
    shared_trail.deliver([ada.pk, *EVENT, {"n": 1}], "an id of the producer's own choice")
    shared_trail.deliver([ada.pk, *EVENT], ID)
    shared_trail.deliver([ada.pk, *EVENT, None], "another")
    shared_trail.drained(worker)
    rows = [(row["user_id"], row["details"]) for row in shared_trail.rows(3, worker)]
    assert sorted(rows, key=str) == [(ada.pk, {"n": 1}), (ada.pk, {}), (ada.pk, {})]


@pytest.mark.guards("trap-5")
def test_an_event_that_is_sent_by_hand_leaves_no_result_either(worker, shared_trail, ada):
    before = shared_trail.keys()
    log_auth_event_task.delay(ada.pk, *EVENT)
    shared_trail.rows(1, worker)
    shared_trail.drained(worker)
    assert shared_trail.keys() == before


@pytest.mark.guards("trap-2")
def test_an_event_of_a_user_who_is_gone_is_written_without_one_and_keeps_the_number(worker, shared_trail, ada):
    gone = ada.pk
    User.objects.all().delete()
    shared_trail.deliver([None, *EVENT], "of nobody")
    shared_trail.deliver([gone, *EVENT, {"n": 1}], "deleted meanwhile")
    shared_trail.drained(worker)
    rows = [(row["user_id"], row["details"]) for row in shared_trail.rows(2, worker)]
    assert sorted(rows, key=str) == [(None, {"n": 1, "user_id": gone}), (None, {})]
