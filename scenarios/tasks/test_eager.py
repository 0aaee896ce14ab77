"""Each task run in the calling process: what it returns, prints and writes."""

import pytest

import core.celery
from modules.auth.accounts.models import AuthAuditLog, User
from modules.auth.accounts.tasks import (
    clean_mfa_data,
    log_auth_event_task,
    process_user_data,
    send_welcome_email,
)

EVENT = ("login_success", "192.0.2.7", "Firefox", None, True, None)


@pytest.mark.guards("task-welcome-email")
def test_the_welcome_email_returns_whom_it_was_sent_to_and_prints_start_and_end(eager, capsys):
    assert send_welcome_email.delay("test@example.com").get() == "Email sent to test@example.com"
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.guards("task-user-data")
def test_processing_user_data_returns_the_user_id_and_prints_start_and_end(eager, capsys):
    assert process_user_data.delay(7).get() == "Data processed for user ID: 7"
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.guards("task-clean-mfa")
def test_the_clean_up_prints_both_counts(eager, db, capsys):
    clean_mfa_data.delay().get()
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.guards("task-log-auth-event")
def test_an_audit_event_becomes_one_row_with_empty_details_for_none(eager, db):
    user = User.objects.create_user("ada", "ada@example.com")
    assert log_auth_event_task.delay(user.pk, *EVENT).get() is None
    row = AuthAuditLog.objects.get()
    assert (row.user, row.event_type, row.ip_address, row.details) == (user, "login_success", "192.0.2.7", {})


@pytest.mark.guards("task-debug")
def test_the_debug_task_prints_its_request_and_returns_nothing(eager, capsys):
    assert core.celery.debug_task.delay().get() is None
    assert capsys.readouterr().out.startswith("Request: ")


@pytest.mark.guards("celery-app", "exports-celery-app")
@pytest.mark.parametrize(
    "name",
    [
        "modules.auth.accounts.tasks.send_welcome_email",
        "modules.auth.accounts.tasks.process_user_data",
        "modules.auth.accounts.tasks.clean_mfa_data",
        "modules.auth.accounts.tasks.log_auth_event_task",
        "core.celery.debug_task",
    ],
)
def test_a_task_is_registered_under_the_name_that_producers_use(name):
    assert name in core.celery.app.tasks
