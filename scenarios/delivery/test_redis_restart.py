"""A worker outlives its Redis."""

from core import celery_app
from harness.faults import restart_redis
from harness.waiting import wait_until
from modules.auth.accounts.models import AuthAuditLog, User
from modules.auth.accounts.tasks import log_auth_event_task

ROUNDS = 3  # the known bug strikes in about every second round only
RESUME_SECONDS = 30


def test_a_worker_consumes_again_after_each_of_three_redis_restarts(own_redis, launcher):
    """Guards UPSTREAM U03. Negative control: stack plan-2023, on which it fails."""
    user = User.objects.create_user("ada", "ada@example.com")
    worker = launcher.with_settings(CELERY_BROKER_URL=own_redis.url, CELERY_RESULT_BACKEND=own_redis.url).worker()

    def consumes(event: str) -> None:
        with celery_app.connection_for_write(own_redis.url) as connection:
            arguments = (user.pk, event, None, "", None, True, None)
            log_auth_event_task.apply_async(arguments, connection=connection, ignore_result=True)
        wait_until(
            lambda: AuthAuditLog.objects.filter(event_type=event).exists(),
            RESUME_SECONDS,
            f"the worker runs a task {event}",
            abort=worker.raise_if_exited,
            hint=f"The worker's log: {worker.child.log}",
        )

    consumes("before the first restart")
    for number in range(1, ROUNDS + 1):
        restart_redis(own_redis)
        consumes(f"after restart {number}")
