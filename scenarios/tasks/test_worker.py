"""Each task run by a real worker gives what it gives in the calling process: the same return, the same rows."""

import datetime as dt

import pytest
from django.utils import timezone

import core.celery
from harness.waiting import wait_until
from modules.auth.accounts.models import AuthAuditLog, User, UserTOTPDevice
from modules.auth.accounts.tasks import (
    clean_mfa_data,
    log_auth_event_task,
    process_user_data,
    send_welcome_email,
)

SECONDS = 20


@pytest.mark.guards("task-welcome-email")
def test_a_worker_sends_the_welcome_email(worker):
    assert send_welcome_email.delay("test@example.com").get(timeout=SECONDS) == "Email sent to test@example.com"


@pytest.mark.guards("task-user-data")
def test_a_worker_processes_user_data(worker):
    assert process_user_data.delay(7).get(timeout=SECONDS) == "Data processed for user ID: 7"


@pytest.mark.guards("task-clean-mfa")
def test_a_worker_cleans_up_rows_that_the_caller_wrote(worker):
    user = User.objects.create_user("ada", "ada@example.com")
    UserTOTPDevice.objects.create(user=user, created_at=timezone.now() - dt.timedelta(hours=25))
    UserTOTPDevice.objects.create(user=user, created_at=timezone.now() - dt.timedelta(hours=23))
    message = clean_mfa_data.delay().get(timeout=SECONDS)
    assert message == "MFA data cleanup complete. Deleted 1 TOTP devices and 0 backup codes."
    assert UserTOTPDevice.objects.count() == 1


@pytest.mark.guards("task-log-auth-event")
def test_a_worker_writes_one_row_for_an_audit_event(worker):
    user = User.objects.create_user("ada", "ada@example.com")
    log_auth_event_task.delay(user.pk, "login_success", "192.0.2.7", "Firefox", None, True, {"n": 1})
    row = wait_until(AuthAuditLog.objects.first, SECONDS, "the event is a row", abort=worker.raise_if_exited)
    assert (row.user, row.user_agent, row.success, row.details) == (user, "Firefox", True, {"n": 1})


@pytest.mark.guards("task-debug")
def test_a_worker_runs_the_debug_task_and_keeps_no_result(worker):
    result = core.celery.debug_task.delay()
    wait_until(lambda: "Request: " in worker.child.log.read_text(), SECONDS, "the worker prints the request")
    assert core.celery.app.backend.get(core.celery.app.backend.get_key_for_task(result.id)) is None


@pytest.mark.guards("trigger-by-hand")
def test_the_django_shell_of_the_stack_alone_publishes_and_a_worker_runs_it(worker, launcher):
    code = (
        "from modules.auth.accounts.tasks import send_welcome_email; "
        "print(send_welcome_email.delay('test@example.com').get(timeout=20))"
    )
    assert "Email sent to test@example.com" in launcher.manage("shell", "--command", code)
