"""A real beat and a real worker, with nothing between them but Redis and the database."""

from django_celery_beat.models import IntervalSchedule, PeriodicTask

from harness.waiting import wait_until
from modules.auth.accounts.models import AuthAuditLog, User


def test_an_interval_task_made_in_the_database_is_sent_and_run_again_and_again(worker, launcher):
    user = User.objects.create_user("ada", "ada@example.com")
    PeriodicTask.objects.create(
        name="every second",
        task="modules.auth.accounts.tasks.log_auth_event_task",
        args=f'[{user.pk}, "beat", null, "", null, true, null]',
        interval=IntervalSchedule.objects.create(every=1, period=IntervalSchedule.SECONDS),
    )
    beat = launcher.beat()
    wait_until(
        lambda: AuthAuditLog.objects.filter(event_type="beat").count() >= 3,
        30,
        "three runs of a task that is due every second",
        abort=beat.raise_if_exited,
        hint=f"Beat's log: {beat.child.log}, the worker's: {worker.child.log}",
    )


def test_a_task_added_while_beat_runs_is_taken_up_without_a_restart(worker, launcher):
    user = User.objects.create_user("ada", "ada@example.com")
    beat = launcher.beat()
    PeriodicTask.objects.create(
        name="added later",
        task="modules.auth.accounts.tasks.log_auth_event_task",
        args=f'[{user.pk}, "added", null, "", null, true, null]',
        interval=IntervalSchedule.objects.create(every=1, period=IntervalSchedule.SECONDS),
    )
    wait_until(
        lambda: AuthAuditLog.objects.filter(event_type="added").exists(),
        30,
        "beat sends a task that was added while it ran",
        abort=beat.raise_if_exited,
        hint=f"Beat's log: {beat.child.log}, the worker's: {worker.child.log}",
    )
