"""A task is called by function or by name, with options for this one call, and knows how it was called."""

import uuid

import extra_tasks
import pytest
from celery import chain, chord, group
from celery.result import AsyncResult

from core import celery_app
from harness import raw_messages
from modules.auth.accounts.tasks import process_user_data, send_welcome_email

SECONDS = 20
NAME = "modules.auth.accounts.tasks.send_welcome_email"
BY_FUNCTION_OR_NAME = {
    "delay": lambda: send_welcome_email.delay("x"),
    "delay by keyword": lambda: send_welcome_email.delay(user_email="x"),
    "apply_async": lambda: send_welcome_email.apply_async(args=["x"]),
    "apply_async by keyword": lambda: send_welcome_email.apply_async(kwargs={"user_email": "x"}),
    "signature": lambda: send_welcome_email.s("x").delay(),
    "partial signature": lambda: send_welcome_email.s().delay("x"),
    "immutable signature": lambda: send_welcome_email.si("x").apply_async(),
    "signature by name": lambda: celery_app.signature(NAME, args=["x"]).delay(),
    "send_task": lambda: celery_app.send_task(NAME, args=["x"]),
    "send_task by keyword": lambda: celery_app.send_task(NAME, kwargs={"user_email": "x"}),
    "found by name": lambda: celery_app.tasks[NAME].delay("x"),
}


@pytest.mark.guards("trigger-by-hand", "task-welcome-email")
@pytest.mark.parametrize("call", BY_FUNCTION_OR_NAME.values(), ids=BY_FUNCTION_OR_NAME)
def test_a_task_is_called_by_function_and_by_name_alike(worker, call):
    assert call().get(timeout=SECONDS) == "Email sent to x"


@pytest.mark.guards("task-welcome-email", "task-user-data")
def test_a_task_called_as_a_function_runs_here_and_sends_nothing(broker_url):
    assert send_welcome_email("x") == "Email sent to x"
    assert process_user_data(user_id=7) == "Data processed for user ID: 7"
    assert raw_messages.waiting(broker_url, "celery") == []


def test_a_task_knows_its_id_name_arguments_and_place(extra_worker, extra_node):
    result = extra_tasks.request.delay(1, word="two")
    told = result.get(timeout=SECONDS)
    assert (told["id"], told["task"], told["correlation_id"]) == (result.id, "extra.request", result.id)
    assert (told["args"], told["kwargs"]) == ([1], {"word": "two"})
    assert (told["hostname"], told["routing_key"]) == (extra_node, "extra")
    assert not told["redelivered"]
    assert (told["retries"], told["is_eager"], told["called_directly"]) == (0, False, False)
    assert (told["root_id"], told["parent_id"]) == (result.id, None)


def test_options_of_one_call_reach_the_task(extra_worker):
    task_id = str(uuid.uuid4())
    options = {"task_id": task_id, "headers": {"colour": "red"}, "priority": 3, "soft_time_limit": 50, "time_limit": 60}
    told = extra_tasks.request.apply_async(**options).get(timeout=SECONDS)
    assert (told["id"], told["colour"], told["priority"]) == (task_id, "red", 3)
    assert told["timelimit"] == [60, 50]


def test_options_of_one_call_are_not_kept_for_the_next(extra_worker):
    extra_tasks.request.apply_async(headers={"colour": "red"}, time_limit=60).get(timeout=SECONDS)
    told = extra_tasks.request.delay().get(timeout=SECONDS)
    assert (told["colour"], told["timelimit"]) == (None, [None, None])


@pytest.mark.parametrize("compression", ["gzip", "bzip2"])
def test_a_compressed_message_is_read(extra_worker, compression):
    value = "long " * 1000
    [[back], _] = extra_tasks.echo.apply_async((value,), compression=compression).get(timeout=SECONDS)
    assert back == value


def test_a_call_may_name_another_queue_and_nobody_else_takes_it(extra_worker, worker, broker_url):
    result = send_welcome_email.apply_async(("x",), queue="nobody")
    assert send_welcome_email.delay("y").get(timeout=SECONDS)
    [message] = raw_messages.waiting(broker_url, "nobody")
    raw_messages.delete(broker_url, "nobody")
    assert (message.headers["id"], result.state) == (result.id, "PENDING")


def test_a_more_urgent_message_is_taken_first(extra_worker, extra_node, trace):
    """Redis has the priorities 0, 3, 6 and 9, of which 0 is the most urgent."""
    for number in (9, 6, 3, 0):
        extra_tasks.echo.apply_async((number,), queue="extra-urgent", priority=number, task_id=f"urgent-{number}")
    to_it = {"destination": [extra_node], "reply": True, "timeout": SECONDS}
    celery_app.control.add_consumer("extra-urgent", **to_it)
    AsyncResult("urgent-9").get(timeout=SECONDS)
    celery_app.control.cancel_consumer("extra-urgent", **to_it)
    received = [line["id"] for line in trace.lines(what="received") if line["id"].startswith("urgent-")]
    assert received == ["urgent-0", "urgent-3", "urgent-6", "urgent-9"]


def test_a_linked_task_gets_the_result(extra_worker, trace):
    word = str(uuid.uuid4())
    extra_tasks.echo.apply_async((word,), link=extra_tasks.note.s())
    trace.wait(what="ran", word=[[word], {}])


def test_a_task_linked_to_failure_is_called_on_failure_only(extra_worker, trace):
    for word, task in (("well", extra_tasks.echo), ("badly", extra_tasks.fail)):
        task.apply_async((word,), link_error=extra_tasks.note.si(f"went {word}")).get(timeout=SECONDS, propagate=False)
    trace.wait(what="ran", word="went badly")
    assert trace.lines(what="ran", word="went well") == []


def test_a_chain_hands_each_result_on(extra_worker):
    result = chain(extra_tasks.note.s(1), extra_tasks.echo.s(2), extra_tasks.echo.s())()
    assert result.get(timeout=SECONDS) == [[[[1, 2], {}]], {}]
    assert result.parent.parent.get(timeout=SECONDS) == 1


def test_a_group_gives_its_results_in_the_order_of_its_tasks(extra_worker):
    result = group(extra_tasks.note.s(number) for number in range(20))()
    assert result.get(timeout=SECONDS) == list(range(20))


def test_a_chord_hands_all_results_to_its_body_once(extra_worker, trace):
    result = chord([extra_tasks.note.s(number) for number in range(5)], extra_tasks.note.s())()
    assert sorted(result.get(timeout=SECONDS)) == list(range(5))
    assert len(trace.lines(what="prerun", id=result.id)) == 1


def test_a_chain_ends_at_its_first_failure(extra_worker, trace):
    word = str(uuid.uuid4())
    result = chain(extra_tasks.fail.si("no"), extra_tasks.note.si(word))()
    with pytest.raises(ValueError, match=r"^no$"):
        result.get(timeout=SECONDS)
    assert trace.lines(what="ran", word=word) == []
