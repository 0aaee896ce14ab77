"""A worker that is told to stop finishes what it has begun and leaves the rest to the next one."""

import time

from core import celery_app
from harness.raw_messages import waiting
from harness.trial import SETTLES_SECONDS
from harness.waiting import wait_until
from harness.workload import QUEUE
from modules.auth.accounts.models import AuthAuditLog, User
from modules.auth.accounts.tasks import log_auth_event_task, process_user_data

EVENTS = 5


def test_a_warm_shutdown_loses_neither_the_running_task_nor_the_waiting_ones(own_redis, launcher):
    user = User.objects.create_user("ada", "ada@example.com")
    mine = launcher.with_settings(
        CELERY_BROKER_URL=own_redis.url, CELERY_RESULT_BACKEND=own_redis.url, USER_DATA_SECONDS="2"
    )
    first = mine.worker("--concurrency", "1", name="first-worker")
    with celery_app.connection_for_write(own_redis.url) as connection:
        process_user_data.apply_async((7,), connection=connection, ignore_result=True)
        for number in range(EVENTS):
            arguments = (user.pk, f"event {number}", None, "", None, True, None)
            log_auth_event_task.apply_async(arguments, connection=connection, ignore_result=True)
    wait_until(lambda: "Processing data" in first.child.log.read_text(), 20, "the first worker has begun")
    time.sleep(SETTLES_SECONDS)  # who is asked within its first milliseconds: test_stop_at_receipt.py
    assert first.stop(timeout=30) == 0
    assert "Finished data" in first.child.log.read_text()
    second = mine.worker("--concurrency", "1", name="second-worker")
    wait_until(lambda: AuthAuditLog.objects.count() >= EVENTS, 20, f"{EVENTS} events are written")
    assert second.stop(timeout=30) == 0, "whatever it had still taken is done by now, or in the queue again"
    assert waiting(own_redis.url, QUEUE) == []
    written = AuthAuditLog.objects.values_list("event_type", flat=True)
    assert sorted(written) == [f"event {number}" for number in range(EVENTS)], "each is written, and once"
