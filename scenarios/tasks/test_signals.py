"""Celery's signals, which teams hang their alerting on, are sent for each ending with what the handlers need."""

from contextlib import contextmanager

import extra_tasks
import pytest
from celery import signals

LIFE_OF = {
    "returned": {"received", "prerun", "success", "postrun"},
    "raised": {"received", "prerun", "failure", "postrun"},
    "retried": {"received", "prerun", "retry", "success", "postrun"},
    "expired": {"revoked"},
    "revoked": {"received", "revoked"},
    "terminated": {"received", "prerun", "revoked"},
    "unknown": {"unknown"},
    "soft limit": {"received", "prerun", "failure", "postrun"},
    "hard limit": {"received", "prerun", "failure"},
    "killed": {"received", "prerun", "failure"},
    "exited": {"received", "prerun", "failure"},
}
TWICE = pytest.mark.red_on("celery>=5.7", "celery PR #10226: a hard limit calls the failure hooks a second time")
ENDS = {"success", "failure", "revoked", "unknown", "internal_error"}


@pytest.mark.parametrize("ending", LIFE_OF)
def test_each_ending_is_signalled(endings, trace, ending):
    said = {line["what"] for line in trace.lines(id=endings.id(ending))}
    assert said >= LIFE_OF[ending]


@pytest.mark.parametrize(
    "ending", [pytest.param(ending, marks=[TWICE] if ending == "hard limit" else []) for ending in LIFE_OF]
)
def test_no_ending_is_signalled_as_another_one_or_twice(endings, trace, ending):
    said = [line["what"] for line in trace.lines(id=endings.id(ending)) if line["what"] in ENDS]
    once = [what for what in LIFE_OF[ending] if what in ENDS]
    assert said == once, f"handlers are called for {said} by one task that ended so: {ending}"


def test_the_signal_of_a_failure_names_the_task_its_arguments_and_the_exception(endings, trace):
    line = trace.wait(what="failure", id=endings.id("raised"))
    assert (line["task"], line["args"], line["exception"]) == ("extra.fail", ["no"], "ValueError('no')")
    assert line["einfo"].rstrip().endswith("ValueError: no")


def test_the_signal_of_a_failure_is_sent_for_a_process_that_was_killed(endings, trace):
    line = trace.wait(what="failure", id=endings.id("killed"))
    assert line["task"] == "extra.die"
    assert "SIGKILL" in line["exception"]


def test_the_signal_of_a_success_carries_the_result(endings, trace):
    line = trace.wait(what="success", id=endings.id("returned"))
    assert (line["task"], line["result"]) == ("extra.note", "returned")


def test_the_signals_around_a_run_carry_arguments_return_value_and_state(endings, trace):
    before = trace.wait(what="prerun", id=endings.id("returned"))
    after = trace.wait(what="postrun", id=endings.id("returned"))
    assert (before["task"], before["args"], before["kwargs"]) == ("extra.note", ["returned"], {})
    assert (after["retval"], after["state"]) == ("returned", "SUCCESS")


def test_the_signal_of_a_retry_carries_the_reason(endings, trace):
    line = trace.wait(what="retry", id=endings.id("retried"))
    assert line["task"] == "extra.retry"
    assert "busy" in line["reason"]


@pytest.mark.parametrize(
    ("ending", "expired", "terminated"),
    [("expired", True, False), ("revoked", False, False), ("terminated", False, True)],
)
def test_the_signal_of_a_task_called_off_says_whether_it_had_expired_or_was_terminated(
    endings, trace, ending, expired, terminated
):
    line = trace.wait(what="revoked", id=endings.id(ending))
    assert (bool(line["expired"]), bool(line["terminated"])) == (expired, terminated)


def test_the_signal_of_an_unregistered_task_names_it(endings, trace):
    assert trace.wait(what="unknown", id=endings.id("unknown"))["task"] == "extra.nobody_has_it"


@contextmanager
def connected(signal, handler):
    """For a while. Not weakly: after a weak handler has died, Celery 5.3's publisher misses those that come later."""
    signal.connect(handler, weak=False)
    try:
        yield
    finally:
        signal.disconnect(handler)


def test_publishing_is_signalled_to_the_caller_before_and_after(extra_worker):
    said = []

    def before(sender=None, headers=None, body=None, routing_key=None, **_):
        said.append(("before", sender, headers["id"], body[0], routing_key))

    def after(sender=None, headers=None, body=None, routing_key=None, **_):
        said.append(("after", sender, headers["id"], body[0], routing_key))

    with connected(signals.before_task_publish, before), connected(signals.after_task_publish, after):
        result = extra_tasks.note.delay("published")
    about = ("extra.note", result.id, ("published",), "extra")
    assert said == [("before", *about), ("after", *about)]


def test_a_header_added_before_publishing_reaches_the_task(extra_worker):
    """How tracing tools hand their trace id on."""

    def add(headers=None, **_):
        headers["trace_id"] = "abc"

    with connected(signals.before_task_publish, add):
        result = extra_tasks.request_header.delay("trace_id")
    assert result.get(timeout=20) == "abc"
