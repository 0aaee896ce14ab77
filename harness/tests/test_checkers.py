"""The checkers on histories made by hand, five lines each."""

import pytest

from harness.checkers.delivery import Tally, duplicated, late, lost, recovered, tally, unexpected
from harness.checkers.exposure import (
    Liveness,
    Window,
    begun,
    liveness,
    on_the_way,
    publishing,
    resumed_after,
)
from harness.errors import PreflightError
from harness.history.record import Kind, Record


def history(*lines: str) -> list[Record]:
    """Records of lines like "3 acked e1": seconds, kind, event."""
    made = []
    for line in lines:
        seconds, kind, event = line.split()
        made.append(Record(Kind(kind), event, monotonic=float(seconds), wall=float(seconds)))
    return made


def test_what_was_accepted_and_has_no_row_is_lost():
    told = history("1 attempted a", "2 acked a", "3 attempted b", "4 acked b", "5 effect b")
    assert lost(told) == ["a"]


def test_what_was_never_accepted_cannot_be_lost():
    assert lost(history("1 attempted a", "2 refused a")) == []


def test_an_effect_before_its_ack_is_an_effect():
    told = history("1 attempted a", "2 effect a", "3 acked a")
    assert (lost(told), unexpected(told), late(told, 0.5)) == ([], [], [])


def test_two_rows_of_one_attempt_are_a_duplicate():
    assert duplicated(history("1 attempted a", "2 acked a", "3 effect a", "4 effect a")) == ["a"]


def test_a_duplicate_of_what_was_not_accepted_is_one_too_and_was_recovered():
    told = history("1 attempted a", "2 refused a", "3 effect a", "4 effect a")
    assert (duplicated(told), recovered(told), lost(told)) == (["a"], ["a"], [])


def test_two_attempts_may_have_two_rows():
    told = history("1 attempted a", "2 acked a", "3 attempted a", "4 effect a", "5 effect a")
    assert duplicated(told) == []


def test_a_row_that_nobody_attempted_is_unexpected_and_nothing_else():
    told = history("1 effect x", "2 effect x")
    assert (unexpected(told), duplicated(told), recovered(told)) == (["x"], [], [])


def test_a_row_within_the_bound_is_not_late_and_one_behind_it_is():
    told = history("1 acked a", "3 effect a", "1 acked b", "3.001 effect b")
    assert late(told, 2.0) == ["b"]


def test_the_first_of_two_rows_says_whether_it_is_late():
    assert late(history("1 acked a", "2 effect a", "9 effect a"), 2.0) == []


def test_nothing_accepted_proves_nothing():
    with pytest.raises(PreflightError, match="nothing can be said"):
        tally(history("1 attempted a", "2 refused a", "3 effect a"))


def test_an_empty_history_proves_nothing():
    with pytest.raises(PreflightError, match="nothing can be said"):
        tally([])


def test_a_tally_counts_events_not_lines():
    told = history("1 attempted a", "2 acked a", "3 effect a", "3 effect a", "4 attempted b", "5 acked b", "6 effect x")
    assert tally(told) == Tally(attempted=2, acked=2, effect=2, lost=1, duplicated=1, unexpected=1, recovered=0)


# Around a fault -------------------------------------------------------------------------------------------------------

FAULT = Window(begin=10, end=20, on=12)


def test_traffic_is_counted_before_during_and_after():
    told = history("9 succeeded a", "10 succeeded b", "20 succeeded c", "20.1 succeeded d", "30 succeeded e")
    assert liveness(told, FAULT) == Liveness(before=1, during=2, after=2)


def test_no_traffic_is_told_as_none():
    assert liveness([], FAULT) == Liveness(0, 0, 0)


def test_consuming_again_takes_until_the_first_receipt():
    told = history("22 attempted b", "24 received a", "24.5 succeeded a", "25 received b", "26 succeeded b")
    assert resumed_after(told, FAULT) == 4


def test_a_worker_that_receives_one_and_falls_silent_has_not_resumed():
    told = history("21 received a", "22 attempted b", "22 succeeded a", "50 received b", "51 succeeded b")
    assert resumed_after(told, FAULT) == 29


def test_a_success_without_a_receipt_is_measured_too():
    assert resumed_after(history("22 attempted b", "23 succeeded b", "25 succeeded c"), FAULT) == 3


def test_what_had_piled_up_does_not_count_however_long_it_takes():
    piled_up = [f"{21 + second} received {second}" for second in range(60)]
    told = history("21 attempted b", *piled_up, "81 received b", "82 succeeded b")
    assert resumed_after(told, FAULT) == 1


def test_a_success_of_what_was_attempted_before_is_no_sign_of_consuming_again():
    assert resumed_after(history("19 attempted a", "21 succeeded a", "22 attempted b"), FAULT) is None


def test_what_was_handed_over_while_the_fault_was_on_may_have_been_sent_twice():
    told = history("8 attempted a", "9 acked a", "9 attempted b", "11 acked b", "19 attempted c", "21 attempted d")
    assert publishing(told, FAULT) == {"b", "c"}


def test_an_event_is_on_the_way_from_its_attempt_to_the_end_of_its_task():
    told = history("1 attempted a", "2 ended a", "3 attempted b", "21 ended b", "20.5 attempted c", "22 ended c")
    assert on_the_way(told, FAULT) == {"b"}


def test_what_is_attempted_once_a_fault_is_on_was_not_on_the_way():
    assert on_the_way(history("11.9 attempted a", "12.1 attempted b"), FAULT) == {"a"}


def test_a_task_has_begun_when_it_ran_at_any_time_of_the_fault():
    told = history("8 started a", "9.9 ended a", "9 started b", "10.1 failed b", "19.9 started c", "20.1 started d")
    assert begun(told, FAULT) == {"b", "c"}


def test_a_task_that_ended_just_before_the_fault_is_still_on_the_way():
    """Its acknowledgement follows a moment later."""
    assert on_the_way(history("1 attempted a", "9.9 ended a"), FAULT) == {"a"}
