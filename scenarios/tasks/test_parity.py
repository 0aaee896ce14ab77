"""Eager and real agree on what a task gives, and where Celery makes them differ, a scenario says how.

"Eager" is Celery's own task_always_eager: the task runs in the calling process. "Real" is a worker.
"""

import datetime as dt

import extra_tasks
import pytest
from celery.result import AsyncResult
from kombu.exceptions import EncodeError

from core import celery_app
from harness.waiting import wait_until
from modules.auth.accounts.models import AuthAuditLog, User, UserTOTPDevice
from modules.auth.accounts.tasks import clean_mfa_data, log_auth_event_task, process_user_data, send_welcome_email

SECONDS = 20
WHEN = dt.datetime(2026, 3, 1, 3, 0, tzinfo=dt.timezone.utc)
ALIKE = {
    "a value": lambda: extra_tasks.echo.delay(1, [None, "é"], k={"a": 0.5}),
    "a tuple": lambda: extra_tasks.echo.delay((1, (2,)), k=(3,)),
    "a number as key": lambda: extra_tasks.echo.delay({1: "one"}),
    "an aware datetime": lambda: extra_tasks.echo.delay(WHEN),
    "an exception": lambda: extra_tasks.fail.delay("no"),
    "an exception of the team's": lambda: extra_tasks.fail_order.delay(7, "sold out"),
    "no retry": lambda: extra_tasks.retry.delay(0),
    "two retries": lambda: extra_tasks.retry.delay(2),
    "too many retries": lambda: extra_tasks.retry.delay(3),
    "retries by option": lambda: extra_tasks.autoretry.delay(2),
    "too many retries by option": lambda: extra_tasks.autoretry.delay(3),
    "retries without a reason": extra_tasks.retry_without_reason.delay,
    "a welcome email": lambda: send_welcome_email.delay("ada@example.com"),
    "user data": lambda: process_user_data.delay(7),
}
REFUSED = {
    "an object": (EncodeError, lambda: extra_tasks.echo.delay(object())),
    "an argument too few": (TypeError, extra_tasks.fail.delay),
    "an argument too many": (TypeError, lambda: extra_tasks.fail.delay("a", "b")),
    "an argument of another name": (TypeError, lambda: send_welcome_email.delay(email="x")),
}


class Eagerly:
    """Celery's eager mode for a part of a scenario; exceptions stay in the result unless it propagates."""

    def __init__(self, propagates=False):
        self.propagates = propagates

    def __enter__(self):
        celery_app.conf.update(task_always_eager=True, task_eager_propagates=self.propagates)

    def __exit__(self, *_):
        celery_app.conf.update(task_always_eager=False, task_eager_propagates=False)


@pytest.mark.parametrize("call", ALIKE.values(), ids=ALIKE)
def test_state_and_value_are_the_same(worker, extra_worker, extra_trace_file, call):
    with Eagerly():
        eager = ending(call())
    assert ending(call()) == eager


@pytest.mark.parametrize(("error", "call"), REFUSED.values(), ids=REFUSED)
def test_a_call_that_cannot_be_sent_is_refused_to_the_caller(extra_trace_file, error, call):
    with pytest.raises(error), Eagerly(propagates=True):
        call()
    with pytest.raises(error):
        call()


@pytest.mark.guards("task-welcome-email", "task-user-data", "task-clean-mfa")
@pytest.mark.parametrize(
    ("call", "lines"),
    [
        (lambda: send_welcome_email.delay("parity@example.com"), 2),
        (lambda: process_user_data.delay(4711), 2),
        (clean_mfa_data.delay, 2),
    ],
    ids=["send_welcome_email", "process_user_data", "clean_mfa_data"],
)
def test_the_worker_prints_line_for_line_what_an_eager_call_prints(worker, capsys, call, lines):
    with Eagerly():
        call()
    printed = capsys.readouterr().out.splitlines()
    before = len(worker.child.log.read_text(errors="replace"))
    call().get(timeout=SECONDS)
    log = worker.child.log.read_text(errors="replace")[before:]
    assert len(printed) == lines
    assert [log.find(line) for line in printed] == sorted(log.find(line) for line in printed)
    assert all(line in log for line in printed)


@pytest.mark.guards("task-clean-mfa")
def test_the_clean_up_deletes_and_reports_the_same(worker):
    said = []
    for how in (Eagerly(), None):
        User.objects.all().delete()
        user = User.objects.create_user("ada", "ada@example.com")
        for _ in range(3):
            UserTOTPDevice.objects.create(user=user, created_at=WHEN - dt.timedelta(days=365))
        said.append((ran(clean_mfa_data, how), UserTOTPDevice.objects.count()))
    assert said[0] == said[1] == ("MFA data cleanup complete. Deleted 3 TOTP devices and 0 backup codes.", 0)


@pytest.mark.guards("task-log-auth-event")
def test_the_audit_row_is_the_same(worker):
    user = User.objects.create_user("ada", "ada@example.com")
    details = {"tuple": (1, 2), "nothing": None, "text": "é"}
    with Eagerly():
        log_auth_event_task.delay(user.pk, "login_success", "192.0.2.7", "Firefox", "phone", True, details)
    log_auth_event_task.delay(user.pk, "login_success", "192.0.2.7", "Firefox", "phone", True, details)
    wait_until(lambda: AuthAuditLog.objects.count() == 2, SECONDS, "a row of each", abort=worker.raise_if_exited)
    fields = ("user", "event_type", "ip_address", "user_agent", "device_info", "success", "details")
    first, second = AuthAuditLog.objects.values_list(*fields)
    assert first == second


# Where they differ ----------------------------------------------------------------------------------------------------


def test_only_the_real_task_says_that_it_is_not_eager_and_where_it_came_from(extra_worker, extra_node):
    with Eagerly():
        eager = extra_tasks.request.delay(1).get()
    real = extra_tasks.request.delay(1).get(timeout=SECONDS)
    assert (eager["is_eager"], real["is_eager"]) == (True, False)
    assert (eager["routing_key"], real["routing_key"]) == (None, "extra")
    assert (eager["correlation_id"], real["correlation_id"]) == (None, real["id"])


def test_only_the_real_result_is_stored_for_others(extra_worker):
    with Eagerly():
        eager = extra_tasks.echo.delay()
    real = extra_tasks.echo.delay()
    real.get(timeout=SECONDS)
    assert (AsyncResult(eager.id).state, AsyncResult(real.id).state) == ("PENDING", "SUCCESS")


def test_only_the_real_return_value_goes_through_json(extra_worker):
    with Eagerly():
        assert type(extra_tasks.return_what_json_cannot_carry.delay().get()) is object
    assert extra_tasks.return_what_json_cannot_carry.delay().get(timeout=SECONDS, propagate=False).args
    with Eagerly():
        assert extra_tasks.give_a_tuple.delay().get() == (1, 2)
    assert extra_tasks.give_a_tuple.delay().get(timeout=SECONDS) == [1, 2]


def test_only_the_real_call_waits_for_its_time(extra_worker, extra_trace_file):
    with Eagerly():
        assert extra_tasks.note.apply_async(("eager",), countdown=3600).get() == "eager"
    real = extra_tasks.note.apply_async(("real",), countdown=3600)
    assert real.state == "PENDING"
    real.revoke()


def test_what_is_no_exception_ends_the_eager_caller_and_only_fails_the_real_task(endings):
    with pytest.raises(extra_tasks.Unwelcome), Eagerly():
        extra_tasks.raise_base.delay()
    assert endings.results["raised a BaseException"].state == "FAILURE"


def test_apply_hands_arguments_over_as_they_are_where_delay_sends_them_through_json():
    assert extra_tasks.look.apply(((1, 2), object())).get() == ["tuple", "object"]
    with Eagerly():
        assert extra_tasks.look.delay((1, 2)).get() == ["list"]


def ending(result):
    """State and value, with an exception as its class and arguments; ids inside a text are its own."""
    value = result.get(timeout=SECONDS, propagate=False)
    shown = (type(value), str(value).replace(result.id, "ID")) if isinstance(value, Exception) else value
    return result.state, shown


def ran(task, how, *arguments):
    """The return value of a task called in that way."""
    if how is None:
        return task.delay(*arguments).get(timeout=SECONDS)
    with how:
        return task.delay(*arguments).get()
