"""What `log_auth_event` does by default: after the commit, to a worker, without a result, or here."""

import json

import pytest
from django.db import transaction
from kombu.exceptions import EncodeError

from core import celery_app
from harness import raw_messages
from harness.errors import ProcessExited
from harness.faults.fault import Fault
from harness.waiting import wait_until
from modules.auth.accounts import handover, utils
from modules.auth.accounts.models import AuthAuditLog, User
from modules.auth.accounts.utils import log_auth_event

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def trail(trail, own_redis, monkeypatch):
    """Of this process, which hands over to the scenario's own Redis: no worker listens there until one is started."""
    here = handover.Handover()
    # Not through the environment: what else of Celery is made meanwhile would stay with that Redis.
    here._template = celery_app.connection_for_write(own_redis.url, transport_options=handover._BOUNDED)
    monkeypatch.setattr(utils, "_HANDOVER", here)
    return trail


@pytest.mark.guards("trap-3")
def test_an_event_is_handed_over_after_the_commit(trail, ada):
    with transaction.atomic():
        log_auth_event(ada.pk, "login_success")
        assert not trail.waiting()
    assert [message["user_id"] for message in trail.waiting()] == [ada.pk]


@pytest.mark.guards("trap-3")
def test_what_is_rolled_back_has_not_happened_and_leaves_no_event(trail, ada):
    with transaction.atomic():
        log_auth_event(ada.pk, "login_success")
        transaction.set_rollback(True)
    assert not trail.waiting()
    assert not AuthAuditLog.objects.exists()


@pytest.mark.guards("trap-3")
def test_the_event_of_a_user_made_in_the_same_transaction_is_a_row_of_that_user(worker, shared_trail):
    with transaction.atomic():
        user = User.objects.create_user("ada", "ada@example.com")
        log_auth_event(user.pk, "registered")
    assert shared_trail.rows(1, worker)[0]["user_id"] == user.pk


@pytest.mark.guards("trap-5")
def test_an_event_leaves_nothing_in_redis(worker, shared_trail, ada):
    before = shared_trail.keys()
    log_auth_event(ada.pk, "login_success")
    shared_trail.rows(1, worker)
    shared_trail.drained(worker)
    assert shared_trail.keys() == before


@pytest.mark.guards("trap-4")
def test_an_event_that_redis_takes_after_the_app_gave_up_on_it_is_one_row(on_own_redis, broker, trail, ada):
    log_auth_event(ada.pk, "the connection stands")
    broker.suffer(Fault.REDIS_FREEZE)
    log_auth_event(ada.pk, "in doubt")
    assert [row["event_type"] for row in trail.rows(1)] == ["in doubt"]
    broker.recover()
    wait_until(lambda: len(trail.waiting()) == 2, 20, "the thawed Redis has taken what was sent to it")
    worker = on_own_redis.worker("--concurrency", "1")
    trail.drained(worker)
    assert sorted(row["event_type"] for row in trail.rows(2)) == ["in doubt", "the connection stands"]


def test_two_calls_are_two_events_however_alike(worker, shared_trail, ada):
    for _ in range(2):
        log_auth_event(ada.pk, "login_success", details={"event_id": "7"})
    assert len(shared_trail.rows(2, worker)) == 2


def test_the_message_names_neither_who_nor_where_outside_its_body(trail, own_redis, ada):
    log_auth_event(ada.pk, "login_failed", "192.0.2.7", "Firefox", success=False)
    [message] = raw_messages.waiting(own_redis.url, "celery")
    headers = json.dumps(message.headers)
    assert "192.0.2.7" not in headers
    assert "Firefox" not in headers


def test_what_json_cannot_carry_is_refused_to_the_caller_and_nobody_elses_events_suffer(trail, ada):
    with pytest.raises(EncodeError):
        log_auth_event(ada.pk, "login_success", details={"object": object()})
    log_auth_event(ada.pk, "login_success")
    assert len(trail.waiting()) == 1


def test_an_eager_app_writes_the_row_at_once(eager, trail, ada):
    log_auth_event(ada.pk, "login_success", details={"n": 1})
    assert AuthAuditLog.objects.get().details == {"n": 1}
    assert not trail.waiting()


def test_with_redis_and_the_database_away_the_login_goes_on_and_the_log_has_the_event(
    trail, broker, ada, caplog, monkeypatch
):
    broker.suffer(Fault.REDIS_SIGKILL)
    monkeypatch.setattr(AuthAuditLog._meta, "db_table", "no_such_table")
    log_auth_event(ada.pk, "login_success", "192.0.2.7")
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "192.0.2.7" in record.getMessage()


# The other ways ------------------------------------------------------------------------------------------------------


def test_synchronous_delivery_writes_in_the_callers_transaction(settings, trail, ada):
    settings.AUDIT_DELIVERY = "sync"
    log_auth_event(ada.pk, "kept")
    with transaction.atomic():
        log_auth_event(ada.pk, "rolled back")
        assert AuthAuditLog.objects.count() == 2
        transaction.set_rollback(True)
    assert AuthAuditLog.objects.get().event_type == "kept"
    assert not trail.waiting()


def test_no_delivery_writes_nothing(settings, trail, ada):
    settings.AUDIT_DELIVERY = "none"
    log_auth_event(ada.pk, "login_success")
    assert not AuthAuditLog.objects.exists()
    assert not trail.waiting()


def test_another_word_for_the_delivery_stops_the_start_and_is_named(launcher):
    words = "must be one of safe, batch, plan, sync, none; it is 'asynch'"
    with pytest.raises(ProcessExited, match=f"AUDIT_DELIVERY {words}"):
        launcher.with_settings(AUDIT_DELIVERY="asynch").manage("check")
