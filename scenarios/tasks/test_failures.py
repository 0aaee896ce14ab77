"""However a task ends, its caller hears of it and the worker goes on."""

import extra_tasks
import pytest
from billiard.exceptions import SoftTimeLimitExceeded, TimeLimitExceeded
from celery.exceptions import NotRegistered, TaskRevokedError
from celery.result import AsyncResult
from kombu.exceptions import EncodeError

from core import celery_app

SECONDS = 20


def test_an_exception_reaches_the_caller_with_its_class_text_and_traceback(extra_worker):
    result = extra_tasks.fail.delay("no such order")
    with pytest.raises(ValueError, match=r"^no such order$"):
        result.get(timeout=SECONDS)
    assert (result.state, result.failed(), result.successful()) == ("FAILURE", True, False)
    assert "extra_tasks.py" in result.traceback
    assert result.traceback.rstrip().endswith("ValueError: no such order")


def test_a_teams_own_exception_reaches_the_caller_as_what_it_is(extra_worker):
    with pytest.raises(extra_tasks.OrderError) as raised:
        extra_tasks.fail_order.delay(7, "sold out").get(timeout=SECONDS)
    assert raised.value.args == (7, "sold out")


def test_a_caller_that_asks_for_no_exception_gets_it_as_a_value(extra_worker):
    error = extra_tasks.fail.delay("no").get(timeout=SECONDS, propagate=False)
    assert isinstance(error, ValueError)


def test_a_return_value_that_json_cannot_carry_fails_the_task(extra_worker):
    with pytest.raises(EncodeError):
        extra_tasks.return_what_json_cannot_carry.delay().get(timeout=SECONDS)


def test_arguments_that_the_task_cannot_take_are_refused_where_it_is_called(extra_worker):
    with pytest.raises(TypeError):
        extra_tasks.fail.delay()
    with pytest.raises(TypeError):
        extra_tasks.fail.delay("one", "too many")


def test_arguments_sent_by_name_that_the_task_cannot_take_fail_the_task(extra_worker):
    with pytest.raises(TypeError):
        celery_app.send_task("extra.fail").get(timeout=SECONDS)


@pytest.mark.parametrize(
    "ending", ["killed", "exited", "exited well", "raised a BaseException", "hard limit", "soft limit", "unknown"]
)
def test_a_task_that_cannot_return_is_a_failure_to_its_caller_and_not_silence(endings, ending):
    result = AsyncResult(endings.id(ending))
    assert result.state == "FAILURE"
    with pytest.raises(BaseException):  # noqa: B017, PT011 - which class is for an observation: billiard 4.3 changed it
        result.get(timeout=SECONDS)


def test_a_task_over_its_soft_limit_fails_with_that_exception(endings):
    assert isinstance(AsyncResult(endings.id("soft limit")).result, SoftTimeLimitExceeded)


def test_a_task_may_use_the_soft_limit_to_tidy_up(endings):
    assert endings.results["tidied up"].get(timeout=SECONDS) == "tidied up"


def test_a_task_over_its_hard_limit_is_ended_and_fails_with_that_exception(endings, trace):
    assert isinstance(AsyncResult(endings.id("hard limit")).result, TimeLimitExceeded)
    assert trace.lines(what="begun", word="hard limit")
    assert trace.lines(what="ended", word="hard limit") == []


def test_a_lost_process_is_named_to_the_caller(endings):
    assert "SIGKILL" in str(AsyncResult(endings.id("killed")).result)


def test_a_task_that_nobody_has_is_a_failure_of_its_own_class(endings):
    assert isinstance(AsyncResult(endings.id("unknown")).result, NotRegistered)


@pytest.mark.parametrize("ending", ["expired", "revoked", "terminated"])
def test_a_task_that_was_called_off_is_revoked_to_its_caller_and_does_not_end(endings, trace, ending):
    result = AsyncResult(endings.id(ending))
    assert result.state == "REVOKED"
    with pytest.raises(TaskRevokedError):
        result.get(timeout=SECONDS)
    assert trace.lines(what="ran", word=ending) == []
    assert trace.lines(what="ended", word=ending) == []


def test_the_worker_runs_tasks_after_all_of_these(endings, extra_worker):
    assert endings.results["returned last"].get(timeout=SECONDS) == "last"
    pids = {result.get(timeout=SECONDS) for result in [extra_tasks.pid.delay() for _ in range(4)]}
    assert extra_worker.child.pid not in pids


def test_a_task_that_rejects_its_message_is_not_run_again(extra_worker, trace):
    result = extra_tasks.reject.delay()
    trace.wait(what="postrun", id=result.id)
    assert extra_tasks.note.delay("after the rejected one").get(timeout=SECONDS)
    assert len(trace.lines(what="prerun", id=result.id)) == 1


def test_a_task_that_asks_to_be_ignored_leaves_no_result(extra_worker, trace):
    result = extra_tasks.ignore.delay()
    trace.wait(what="postrun", id=result.id)
    assert (result.state, result.result) == ("PENDING", None)
