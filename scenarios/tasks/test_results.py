"""A result is there for whoever has its id: state, value, date, for a day; and it is not, where nobody wants it."""

import datetime as dt
import json
import uuid

import extra_tasks
import pytest
import redis
from celery.exceptions import TimeoutError as NotInTime
from celery.result import AsyncResult

from core import celery_app
from modules.auth.accounts.tasks import send_welcome_email

SECONDS = 20
DAY = 86_400
UTC = dt.timezone.utc


@pytest.fixture
def stored(broker_url):
    """Reads what is stored for a task, as any program could, and for how many seconds yet."""
    with redis.Redis.from_url(broker_url) as client:

        def read(task_id):
            key = f"celery-task-meta-{task_id}"
            text = client.get(key)
            return text and json.loads(text), client.ttl(key)

        yield read


@pytest.mark.guards("broker-and-backend-url", "task-welcome-email")
def test_whoever_knows_the_id_reads_state_and_value_again_and_again(worker):
    task_id = send_welcome_email.delay("ada@example.com").id
    assert AsyncResult(task_id).get(timeout=SECONDS) == "Email sent to ada@example.com"
    again = celery_app.AsyncResult(task_id)
    assert (again.state, again.result) == ("SUCCESS", "Email sent to ada@example.com")
    assert (again.ready(), again.successful(), again.failed()) == (True, True, False)


def test_an_id_that_nobody_used_is_pending_and_a_caller_can_stop_waiting():
    result = AsyncResult(str(uuid.uuid4()))
    assert (result.state, result.ready(), result.result) == ("PENDING", False, None)
    with pytest.raises(NotInTime):
        result.get(timeout=0.2)


@pytest.mark.guards("broker-and-backend-url", "json-content")
def test_a_result_is_stored_as_json_in_the_plans_redis_for_a_day(worker, stored):
    result = send_welcome_email.delay("ada@example.com")
    result.get(timeout=SECONDS)
    meta, seconds = stored(result.id)
    assert (meta["status"], meta["result"]) == ("SUCCESS", "Email sent to ada@example.com")
    assert (meta["task_id"], meta["traceback"], meta["children"]) == (result.id, None, [])
    assert DAY - 60 < seconds <= DAY


def test_the_stored_form_of_a_failure_names_class_module_and_arguments(extra_worker, stored):
    result = extra_tasks.fail_order.delay(7, "sold out")
    result.get(timeout=SECONDS, propagate=False)
    meta, seconds = stored(result.id)
    named = {"exc_type": "OrderError", "exc_module": "extra_tasks", "exc_message": [7, "sold out"]}
    assert (meta["status"], meta["result"]) == ("FAILURE", named)
    assert "OrderError" in meta["traceback"]
    assert DAY - 60 < seconds <= DAY


def test_the_date_of_a_result_is_the_time_in_utc_at_which_the_task_was_done(extra_worker):
    before = dt.datetime.now(UTC)
    result = extra_tasks.echo.delay()
    result.get(timeout=SECONDS)
    done = result.date_done.replace(tzinfo=UTC)  # says the zone where it is not said
    assert before <= done <= dt.datetime.now(UTC)


@pytest.mark.red_on("celery>=5.4", "celery PR #8726: the date says its zone")
def test_the_date_of_a_result_compares_with_a_naive_time_in_utc(extra_worker):
    """As code does that was written when it was naive: is this result older than an hour?"""
    result = extra_tasks.echo.delay()
    result.get(timeout=SECONDS)
    hour_ago = dt.datetime.now(UTC).replace(tzinfo=None) - dt.timedelta(hours=1)
    assert result.date_done > hour_ago


def test_a_result_that_is_forgotten_is_gone(extra_worker, stored):
    result = extra_tasks.echo.delay()
    result.get(timeout=SECONDS)
    result.forget()
    assert stored(result.id)[0] is None
    assert AsyncResult(result.id).state == "PENDING"


@pytest.mark.parametrize(
    ("task", "options"),
    [(extra_tasks.note_quietly, {}), (extra_tasks.note, {"ignore_result": True})],
    ids=["by the task", "by the call"],
)
def test_an_ignored_result_is_not_stored(extra_worker, trace, stored, task, options):
    result = task.apply_async(("quiet",), **options)
    trace.wait(what="postrun", id=result.id)
    assert extra_tasks.echo.delay().get(timeout=SECONDS)  # and nothing comes a little later
    assert stored(result.id)[0] is None


def test_the_failure_of_a_task_whose_result_is_ignored_is_still_signalled(extra_worker, trace):
    result = extra_tasks.note_and_fail_quietly.delay("quiet failure")
    assert trace.wait(what="failure", id=result.id)["exception"] == "OrderError('nobody asked')"
    assert result.state == "PENDING"
