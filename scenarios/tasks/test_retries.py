"""A task that asks for another try gets it, as often as it may, and its caller hears of the end only."""

import extra_tasks
import pytest
from celery.exceptions import MaxRetriesExceededError

SECONDS = 20


@pytest.mark.parametrize("tries", [0, 1, 2])
@pytest.mark.parametrize("task", [extra_tasks.retry, extra_tasks.autoretry], ids=["self.retry", "autoretry_for"])
def test_a_task_is_tried_again_until_it_succeeds(extra_worker, task, tries):
    assert task.delay(tries).get(timeout=SECONDS) == tries


@pytest.mark.parametrize("task", [extra_tasks.retry, extra_tasks.autoretry], ids=["self.retry", "autoretry_for"])
def test_when_no_try_is_left_the_caller_gets_the_last_exception(extra_worker, task):
    with pytest.raises(extra_tasks.OrderError) as raised:
        task.delay(99).get(timeout=SECONDS)
    assert raised.value.args == (2, "busy")


def test_when_no_try_is_left_and_no_reason_was_given_the_caller_is_told_so(extra_worker):
    with pytest.raises(MaxRetriesExceededError):
        extra_tasks.retry_without_reason.delay().get(timeout=SECONDS)


def test_every_try_has_the_same_id_and_arguments_and_no_two_are_one(extra_worker, trace):
    result = extra_tasks.retry.delay(2)
    result.get(timeout=SECONDS)
    assert sorted(line["number"] for line in trace.lines(what="try", id=result.id)) == [0, 1, 2]
    assert [line["args"] for line in trace.lines(what="prerun", id=result.id)] == [[2]] * 3


def test_while_a_task_waits_for_its_next_try_its_state_says_so(extra_worker, trace):
    result = extra_tasks.retry_later.delay(4)
    trace.wait(what="retry", id=result.id)
    assert result.state == "RETRY"
    assert isinstance(result.result, extra_tasks.OrderError)
    result.get(timeout=SECONDS)


def test_the_next_try_does_not_come_before_its_time(extra_worker, trace):
    result = extra_tasks.retry_later.delay(0.5)
    assert result.get(timeout=SECONDS) == 1
    first, second = (line["at"] for line in trace.lines(what="try", id=result.id))
    assert 0.49 < second - first < SECONDS


def test_options_of_the_call_stay_for_the_next_try(extra_worker):
    result = extra_tasks.request_at_second_try.apply_async((), {}, headers={"colour": "red"}, priority=3, time_limit=60)
    told = result.get(timeout=SECONDS)
    assert (told["retries"], told["colour"], told["timelimit"]) == (1, "red", [60, None])
    assert (told["priority"], told["routing_key"]) == (3, "extra")
