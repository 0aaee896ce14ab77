"""Task events, which monitors live on, tell of each ending what a monitor shows."""

import pytest

from harness.waiting import wait_until

TWICE = pytest.mark.red_on("celery>=5.7", "celery PR #10226: a hard limit calls the failure hooks a second time")
KIND_OF = {
    "returned": "task-succeeded",
    "raised": "task-failed",
    "retried": "task-retried",
    "expired": "task-revoked",
    "revoked": "task-revoked",
    "terminated": "task-revoked",
    "unknown": "task-failed",
    "soft limit": "task-failed",
    "hard limit": "task-failed",
    "killed": "task-failed",
    "exited": "task-failed",
}


@pytest.mark.parametrize(
    "ending", [pytest.param(ending, marks=[TWICE] if ending == "hard limit" else []) for ending in KIND_OF]
)
def test_each_ending_is_told_once(endings, ending):
    times = len(endings.of(ending, KIND_OF[ending]))
    assert times == 1, f"a monitor is told {times} times by {KIND_OF[ending]} of one task that ended so: {ending}"


@pytest.mark.parametrize(
    "ending", ["returned", "raised", "retried", "terminated", "soft limit", "hard limit", "killed"]
)
def test_a_task_that_ran_was_sent_received_and_started(endings, ending):
    assert endings.of(ending, "task-sent")
    assert endings.of(ending, "task-received")
    assert endings.of(ending, "task-started")


def test_the_sent_and_received_events_say_which_task_with_what_and_where_to(endings):
    [sent] = endings.of("returned", "task-sent")
    [received] = endings.of("returned", "task-received")
    assert (sent["name"], sent["queue"], received["name"]) == ("extra.note", "extra", "extra.note")
    assert "returned" in sent["args"]
    assert "returned" in received["args"]


def test_the_event_of_a_success_carries_result_and_run_time(endings):
    [event] = endings.of("returned", "task-succeeded")
    assert "returned" in event["result"]
    assert 0 <= event["runtime"] < 20


def test_the_event_of_a_failure_carries_exception_and_traceback(endings):
    [event] = endings.of("raised", "task-failed")
    assert event["exception"] == "ValueError('no')"
    assert "extra_tasks.py" in event["traceback"]


def test_the_event_of_a_retry_carries_the_reason(endings):
    [event] = endings.of("retried", "task-retried")
    assert "busy" in event["exception"]
    assert endings.of("retried", "task-succeeded")


def test_the_event_of_a_task_called_off_says_whether_it_had_expired_or_was_terminated(endings):
    said = {
        ending: (bool(event["expired"]), bool(event["terminated"]))
        for ending in ("expired", "revoked", "terminated")
        for event in endings.of(ending, "task-revoked")
    }
    assert said == {"expired": (True, False), "revoked": (False, False), "terminated": (False, True)}


def test_every_event_says_which_worker_and_when(endings, extra_node):
    events = [event for event in endings.events if event.get("uuid") and event["type"] != "task-sent"]
    assert {event["hostname"] for event in events} == {extra_node}
    assert all(event["timestamp"] and event["local_received"] for event in events)


def test_a_worker_tells_again_and_again_that_it_is_alive_and_how_busy(watch, extra_worker, extra_node):
    mine = ("worker-heartbeat", extra_node)
    beats = wait_until(
        lambda: [event for event in watch.seen if (event["type"], event["hostname"]) == mine],
        20,
        "a heartbeat event of the worker",
        abort=extra_worker.raise_if_exited,
    )
    assert beats[0]["processed"] >= 0
    assert beats[0]["freq"] > 0
