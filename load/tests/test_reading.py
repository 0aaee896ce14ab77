"""From answers and rows to figures."""

import pytest

from load import reading
from load.answers import Answer, Answers


def told(*acked: tuple[str, float], attempted: str = "") -> Answers:
    """Logins that took a tenth of a second each, and some that never got an answer."""
    answers = [Answer(event, at, 0.1, 200) for event, at in acked]
    return Answers({one.event: one.at - 0.1 for one in answers} | dict.fromkeys(attempted, 0.0), answers)


def test_acked_without_a_row_is_lost() -> None:
    found = reading.counts(told(("a", 1), ("b", 2)), [("a", 1.5)])
    assert (found.attempted, found.acked, found.rows, found.lost) == (2, 2, 1, 1)


def test_two_rows_of_one_login_are_a_duplicate_and_a_row_of_nobody_is_unexpected() -> None:
    found = reading.counts(told(("a", 1)), [("a", 1.5), ("a", 1.6), ("x", 1.7), ("x", 1.8)])
    assert (found.lost, found.duplicated, found.unexpected) == (0, 1, 1)


def test_a_login_without_an_answer_may_have_a_row_or_none() -> None:
    found = reading.counts(told(("a", 1), attempted="bc"), [("a", 1.5), ("b", 1.6)])
    assert (found.attempted, found.lost, found.duplicated, found.unexpected) == (3, 0, 0, 0)


def test_where_nothing_is_to_be_written_nothing_is_lost() -> None:
    assert reading.counts(told(("a", 1)), [], written=False).lost == 0


def test_throughput_is_counted_from_the_first_login_to_the_last_answer() -> None:
    figures = reading.of_logins([Answer("a", 10.5, 0.5, 200), Answer("b", 12.0, 0.1, 200)])
    assert figures["logins_per_second"] == pytest.approx(2 / 2.0)


def test_percentiles_are_those_of_the_answers() -> None:
    figures = reading.of_logins([Answer(str(n), n, n / 100, 200) for n in range(1, 101)])
    assert figures["login_p50"] == pytest.approx(0.505)
    assert figures["login_p95"] == pytest.approx(0.9505)


def test_lag_goes_from_the_answer_to_the_first_row_and_is_never_below_zero() -> None:
    acked = told(("a", 1), ("b", 2), ("c", 3)).answers
    rows = [("a", 1.5), ("a", 9.0), ("b", 1.0)]
    assert reading.lag_points(acked, rows) == [(1, 0.5), (2, 0.0)]
    assert reading.of_lag(acked, rows)["lag_p50"] == pytest.approx(0.25)
    assert reading.of_lag(acked, []) == {}


def test_a_drain_is_measured_from_its_first_row_to_its_last() -> None:
    assert reading.drain_rate([("a", 100.0), ("b", 100.5), ("c", 102.0)]) == pytest.approx(1.0)


def test_rates_leave_the_last_and_cut_off_second_out_and_show_the_empty_ones() -> None:
    acked = told(("a", 10.1), ("b", 10.9), ("c", 12.5), ("d", 13.1)).answers
    assert reading.rates(acked, 10.0) == [(0, 2.0), (1, 0.0), (2, 1.0)]


def test_percentiles_can_be_had_for_each_second() -> None:
    assert reading.percentile_points([(10.1, 1.0), (10.2, 3.0), (12.0, 5.0)], 10.0, 50) == [(0, 2.0), (2, 5.0)]
