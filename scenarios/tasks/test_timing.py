"""When a task runs that was asked for later, or only until some time."""

import datetime as dt
import time

import extra_tasks
import pytest

from harness import raw_messages
from modules.auth.accounts.tasks import send_welcome_email

SECONDS = 20
UTC = dt.timezone.utc
INDIA = dt.timezone(dt.timedelta(hours=5, minutes=30))
EARLY = 0.01  # what clocks and rounding may take away


def in_seconds(seconds, zone=UTC):
    return dt.datetime.now(zone) + dt.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "options",
    [
        lambda: {"countdown": 0.5},
        lambda: {"eta": in_seconds(0.5)},
        lambda: {"eta": in_seconds(0.5, INDIA)},
        lambda: {"countdown": 0.5, "expires": 60},
    ],
    ids=["countdown", "eta", "eta of another zone", "countdown before it expires"],
)
def test_a_task_asked_for_in_half_a_second_runs_then_and_not_before(extra_worker, options):
    asked = time.time()
    ran = extra_tasks.started_at.apply_async(**options()).get(timeout=SECONDS)
    assert 0.5 - EARLY < ran - asked < SECONDS


def test_an_eta_that_has_passed_is_now(extra_worker):
    asked = time.time()
    ran = extra_tasks.started_at.apply_async(eta=in_seconds(-3600)).get(timeout=SECONDS)
    assert ran >= asked - EARLY


def test_tasks_asked_for_later_hold_up_nobody(extra_worker):
    many = [extra_tasks.started_at.apply_async(countdown=600) for _ in range(50)]  # more than a worker prefetches
    asked = time.time()
    ran = extra_tasks.started_at.delay().get(timeout=SECONDS)
    for result in many:
        result.revoke()
    assert ran >= asked - EARLY


def test_tasks_asked_for_later_run_in_the_order_of_their_times(extra_worker):
    later = [extra_tasks.started_at.apply_async(countdown=seconds) for seconds in (4, 1.2)]
    last, first = (result.get(timeout=SECONDS) for result in later)
    assert first < last


@pytest.mark.guards("trigger-with-countdown")
def test_the_plans_countdown_runs_about_that_much_later_on_the_plans_worker(worker):
    asked = dt.datetime.now(UTC)
    result = send_welcome_email.apply_async(args=["test@example.com"], countdown=1)
    assert result.get(timeout=SECONDS) == "Email sent to test@example.com"
    assert dt.datetime.now(UTC) - asked >= dt.timedelta(seconds=1 - EARLY)


@pytest.mark.guards("trigger-with-countdown")
def test_a_countdown_of_ten_travels_as_the_time_ten_seconds_from_the_call(broker_url):
    asked = dt.datetime.now(UTC)
    send_welcome_email.apply_async(args=["test@example.com"], countdown=10, queue="nobody")
    [message] = raw_messages.waiting(broker_url, "nobody")
    raw_messages.delete(broker_url, "nobody")
    eta = dt.datetime.fromisoformat(message.headers["eta"])
    ten = dt.timedelta(seconds=10)
    assert asked + ten <= eta <= dt.datetime.now(UTC) + ten


@pytest.mark.parametrize(
    "options",
    [
        lambda: {"expires": in_seconds(-1)},
        lambda: {"countdown": 0.6, "expires": 0.3},
        lambda: {"countdown": 0.6, "expires": in_seconds(0.3, INDIA)},
    ],
    ids=["at once", "seconds", "time of another zone"],
)
def test_a_task_whose_time_to_run_comes_after_it_expired_is_revoked_and_never_runs(extra_worker, trace, options):
    result = extra_tasks.note.apply_async(("expired",), **options())
    result.get(timeout=SECONDS, propagate=False)
    assert result.state == "REVOKED"
    assert trace.lines(what="prerun", id=result.id) == []


@pytest.mark.parametrize(
    "expires",
    [lambda: 60, lambda: in_seconds(60), lambda: in_seconds(60, INDIA)],
    ids=["seconds", "time", "time of another zone"],
)
def test_a_task_runs_that_has_not_expired_yet(extra_worker, expires):
    assert extra_tasks.echo.apply_async(expires=expires()).get(timeout=SECONDS) == [[], {}]
