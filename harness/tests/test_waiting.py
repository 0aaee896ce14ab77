"""Waiting for a condition."""

import itertools
import time

import pytest
from freezegun import freeze_time

from harness.errors import WaitTimeout
from harness.waiting import real_seconds, wait_until


def test_waiting_returns_the_first_truthy_value():
    answers = iter([None, 0, "", "yes", "later"])

    assert wait_until(lambda: next(answers), 60, "an answer") == "yes"


def test_what_is_true_already_is_not_waited_for():
    assert wait_until(lambda: 1, 0, "one") == 1


def test_a_time_out_says_what_was_waited_for_what_was_seen_and_what_to_do_next():
    with pytest.raises(WaitTimeout) as caught:
        wait_until(list, 0, "the queue has a message", hint="Look at the worker's log")

    assert "the queue has a message" in str(caught.value)
    assert "last seen []" in str(caught.value)
    assert "Look at the worker's log" in str(caught.value)


def test_the_condition_is_looked_at_once_more_after_a_time_out_of_nothing():
    looks = itertools.count()

    with pytest.raises(WaitTimeout):
        wait_until(lambda: next(looks) and None, 0, "never")

    assert next(looks) == 1


def test_waiting_ends_at_once_when_it_has_become_pointless():
    def dead() -> None:
        raise RuntimeError("the worker is gone")

    with pytest.raises(RuntimeError, match="the worker is gone"):
        wait_until(lambda: pytest.fail("looked although it is pointless"), 60, "a worker", abort=dead)


def test_what_makes_progress_is_waited_for_however_long_it_takes():
    begun = real_seconds()
    wait_until(lambda: real_seconds() > begun + 0.5, 0.1, "all is done", progress=real_seconds)


def test_what_makes_progress_no_more_is_not_waited_for():
    left = [3, 2, 1]
    with pytest.raises(WaitTimeout, match=r"all is done: not within 0\.1 s"):
        wait_until(lambda: False, 0.1, "all is done", progress=lambda: len(left) and left.pop())


def test_a_broken_condition_is_not_taken_for_an_unfulfilled_one():
    with pytest.raises(ZeroDivisionError):
        wait_until(lambda: 1 / 0, 60, "a number")


def test_a_frozen_clock_does_not_stop_the_waiting():
    with freeze_time("2026-01-01"), pytest.raises(WaitTimeout):
        wait_until(lambda: False, 0.1, "never")


def test_real_time_goes_on_under_a_frozen_clock():
    with freeze_time("2026-01-01"):
        begin = real_seconds()
        assert wait_until(lambda: real_seconds() > begin, 60, "the next tick")


def test_the_longer_a_wait_has_taken_the_less_often_it_is_looked_at(monkeypatch):
    """To look costs time that what is waited for could have had."""
    begun, pauses, sleep = real_seconds(), [], time.sleep
    monkeypatch.setattr(time, "sleep", lambda seconds: pauses.append(seconds) or sleep(seconds))

    wait_until(lambda: real_seconds() > begun + 1, 60, "a second is over")

    assert pauses == sorted(pauses)
    assert pauses[0] < pauses[-1]


def test_a_wait_is_looked_at_ten_times_a_second_however_long_it_has_taken(monkeypatch):
    begun = real_seconds()
    now, pauses = iter(range(1000)), []
    monkeypatch.setattr("harness.waiting.real_seconds", lambda: begun + next(now))
    monkeypatch.setattr(time, "sleep", pauses.append)

    with pytest.raises(WaitTimeout):
        wait_until(lambda: False, 600, "never")

    assert max(pauses) == 0.1
