"""AUDIT_DELIVERY=plan: what the plan's own lines do, so that both can be shown. A killed worker has its own file."""

import json

import pytest
from redis import Redis

from harness.faults.fault import Fault
from harness.waiting import wait_until
from modules.auth.accounts.models import AuthAuditLog

EVENT = ["login_failed", "192.0.2.7", "Firefox", None, False]
IN_A_TRANSACTION = """
import time
from django.db import transaction
from redis import Redis
from django.conf import settings
from modules.auth.accounts.models import User
from modules.auth.accounts.utils import log_auth_event
with transaction.atomic(), Redis.from_url(settings.CELERY_BROKER_URL) as redis:
    log_auth_event(User.objects.create_user("eve", "eve@example.com").pk, "registered")
    deadline = time.monotonic() + 30
    while not list(redis.scan_iter("celery-task-meta-*")) and time.monotonic() < deadline:
        time.sleep(0.02)
    if time.monotonic() >= deadline:
        raise SystemExit("no worker has run the task: nothing is proven")
"""


@pytest.fixture
def plan(session, launcher, plan_worker):
    """Starts processes that deliver as planned; their worker, and its Redis, empty."""
    url = session.redis("plan").url
    plan_worker.raise_if_exited()
    return launcher.with_settings(CELERY_BROKER_URL=url, CELERY_RESULT_BACKEND=url, AUDIT_DELIVERY="plan")


@pytest.fixture
def plan_trail(plan, trail_on):
    return trail_on(plan.settings["CELERY_BROKER_URL"])


@pytest.mark.guards("task-log-auth-event", "trap-2")
@pytest.mark.parametrize("user_id", [None, 0, 2**31])
def test_an_event_of_an_unknown_user_is_reported_and_nothing_is_written(plan, plan_trail, plan_worker, user_id):
    event_type = f"unknown user {user_id}"
    plan_trail.deliver([user_id, event_type, *EVENT[1:]], event_type)
    log = plan_worker.child.log

    def is_reported() -> bool:
        lines = log.read_text(errors="replace").splitlines()
        return any("WARNING" in line and event_type in line for line in lines)

    wait_until(is_reported, 20, "the worker's log has a warning", abort=plan_worker.raise_if_exited, hint=str(log))
    plan_trail.drained(plan_worker)
    assert not AuthAuditLog.objects.exists()


@pytest.mark.guards("task-log-auth-event", "async-audit")
def test_a_known_users_login_is_a_row(plan, plan_trail, plan_worker, ada, log_in):
    assert log_in(plan.web()).status == 200
    assert [row["user_id"] for row in plan_trail.rows(1, plan_worker)] == [ada.pk]


@pytest.mark.guards("trap-3")
def test_an_event_sent_inside_a_transaction_finds_no_user_and_is_dropped(plan, plan_worker, transactional_db):
    plan.manage("shell", "--command", IN_A_TRANSACTION)
    assert not AuthAuditLog.objects.exists()


@pytest.mark.guards("trap-4")
def test_with_redis_down_a_login_fails_and_its_event_is_lost(on_own_redis, broker, ada, log_in):
    web = on_own_redis.with_settings(AUDIT_DELIVERY="plan").web()
    broker.suffer(Fault.REDIS_SIGKILL)
    assert log_in(web).status == 500
    assert not AuthAuditLog.objects.exists()


@pytest.mark.guards("trap-5")
def test_each_event_leaves_a_result_for_a_day(plan, plan_trail, plan_worker, ada):
    for number in range(3):
        plan_trail.deliver([ada.pk, *EVENT], f"event-{number}")
    with Redis.from_url(plan.settings["CELERY_RESULT_BACKEND"]) as client:
        wait_until(lambda: len(results(client)) == 3, 20, "three results", abort=plan_worker.raise_if_exited)
        assert {json.loads(client.get(key))["result"] for key in results(client)} == {None}
        assert all(23 * 3600 < client.ttl(key) <= 24 * 3600 for key in results(client))


def results(client: Redis) -> list[bytes]:
    return list(client.scan_iter("celery-task-meta-event-*"))


@pytest.mark.guards("trap-6")
def test_an_event_that_is_delivered_again_is_written_again(plan, plan_trail, plan_worker, ada):
    plan_trail.deliver([ada.pk, *EVENT], "the same", times=2)
    plan_trail.drained(plan_worker)
    assert len(plan_trail.rows(2, plan_worker)) == 2
