"""The names and signatures that producers, periodic tasks and messages on their way rely on."""

import inspect
import runpy
import time

import pytest
from celery.utils.nodenames import gethostname

from core import celery_app
from core import settings as app_settings
from harness.waiting import wait_until
from modules.auth.accounts.models import AuthAuditLog, User
from modules.auth.accounts.tasks import log_auth_event_task, process_user_data, send_welcome_email

SECONDS = 20
PREFIX = "modules.auth.accounts.tasks."
PARAMETERS_OF = {
    f"{PREFIX}send_welcome_email": ["user_email"],
    f"{PREFIX}process_user_data": ["user_id"],
    f"{PREFIX}clean_mfa_data": [],
    f"{PREFIX}log_auth_event_task": [
        "user_id",
        "event_type",
        "ip_address",
        "user_agent",
        "device_info",
        "success",
        "details",
    ],
    "core.celery.debug_task": [],
}
EVENT = {"event_type": "login_success", "ip_address": None, "user_agent": "", "device_info": None, "success": True}
TASKS = ("task-welcome-email", "task-user-data", "task-clean-mfa", "task-log-auth-event", "task-debug")


@pytest.mark.guards(*TASKS, "celery-app", "exports-celery-app", "trap-1")
def test_the_worker_has_the_plans_five_tasks_and_no_other(worker):
    node = f"celery@{gethostname()}"
    names = celery_app.control.inspect([node], timeout=SECONDS).registered()[node]
    assert {name.partition(" ")[0] for name in names} == set(PARAMETERS_OF)


@pytest.mark.guards(*TASKS)
@pytest.mark.parametrize(("name", "parameters"), PARAMETERS_OF.items())
def test_a_task_takes_the_plans_parameters_in_the_plans_order(name, parameters):
    taken = inspect.signature(celery_app.tasks[name].run).parameters
    assert [parameter for parameter in taken if parameter != "self"] == parameters


@pytest.mark.guards("task-log-auth-event")
def test_an_event_sent_by_keywords_without_details_is_written_with_empty_ones(worker):
    user = User.objects.create_user("ada", "ada@example.com")
    log_auth_event_task.delay(user_id=user.pk, **EVENT)
    row = wait_until(AuthAuditLog.objects.first, SECONDS, "the event is a row", abort=worker.raise_if_exited)
    assert row.details == {}


@pytest.mark.guards("simulated-work")
@pytest.mark.parametrize(
    ("setting", "task"), [("WELCOME_EMAIL_SECONDS", send_welcome_email), ("USER_DATA_SECONDS", process_user_data)]
)
def test_the_simulated_work_takes_as_long_as_its_setting_says(eager, settings, setting, task):
    setattr(settings, setting, 0.3)
    begun = time.monotonic()
    task.delay(7).get()
    assert time.monotonic() - begun >= 0.3


@pytest.mark.guards("simulated-work")
def test_the_simulated_work_takes_five_and_ten_seconds_unless_set(monkeypatch):
    monkeypatch.delenv("WELCOME_EMAIL_SECONDS", raising=False)
    monkeypatch.delenv("USER_DATA_SECONDS", raising=False)
    said = runpy.run_path(app_settings.__file__)
    assert (said["WELCOME_EMAIL_SECONDS"], said["USER_DATA_SECONDS"]) == (5, 10)
