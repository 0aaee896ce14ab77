"""What an upgrade changes for each scenario."""

import pytest

from ci.comparison import Change, Comparison, compare, with_repeats
from ci.tests.helpers import ONE, TWO, compared, outcome

REGRESSED, SAME = ("passed", "failed"), ("passed", "passed")
CELLS = {
    ("passed", "passed"): Change.SAME,
    ("passed", "failed"): Change.REGRESSED,
    ("failed", "passed"): Change.FIXED,
    ("failed", "failed"): Change.BROKEN_IN_BOTH,
    ("skipped", "skipped"): Change.SKIPPED,
    ("skipped", "passed"): Change.SKIPPED,
}
WORDS = ("passed", "failed", "skipped", "unknown", "missing")


def arm(word: str) -> dict:
    """A stack's outcomes: one scenario with that result, or none at all."""
    return {} if word == "missing" else {ONE: outcome(word)}


@pytest.mark.parametrize("baseline", WORDS)
@pytest.mark.parametrize("candidate", WORDS)
def test_every_pair_of_results_has_the_change_of_its_cell_and_is_unknown_where_there_is_none(baseline, candidate):
    found = [one.change for one in compare(arm(baseline), arm(candidate))]

    nothing = baseline == candidate == "missing"
    assert found == ([] if nothing else [CELLS.get((baseline, candidate), Change.UNKNOWN)])


def test_a_scenario_of_either_stack_is_compared_once_and_keeps_its_place():
    old, new = {TWO: outcome("passed"), ONE: outcome("passed")}, {"x": outcome("passed"), ONE: outcome("passed")}

    assert [one.scenario for one in compare(old, new)] == [TWO, ONE, "x"]


def test_a_scenario_without_an_outcome_says_that_it_did_not_run():
    [one] = compare({ONE: outcome("passed")}, {})

    assert (one.candidate.result, one.candidate.cause) == ("unknown", "it did not run")


def test_the_two_arms_are_not_exchanged():
    [one] = compare({ONE: outcome("passed")}, {ONE: outcome("failed")})

    assert (one.baseline.result, one.candidate.result) == ("passed", "failed")


@pytest.mark.parametrize(
    ("repeats", "change"),
    [
        ([], Change.REGRESSED),
        ([REGRESSED], Change.REGRESSED),
        ([REGRESSED, REGRESSED], Change.REGRESSED),
        ([SAME], Change.FLAKY),
        ([REGRESSED, SAME], Change.FLAKY),
        ([SAME, REGRESSED], Change.FLAKY),
        ([REGRESSED, ("failed", "failed")], Change.FLAKY),
        ([REGRESSED, ("failed", "passed")], Change.FLAKY),
        ([REGRESSED, ("passed", "unknown")], Change.UNKNOWN),
        ([REGRESSED, ("unknown", "failed")], Change.UNKNOWN),
        ([SAME, ("passed", "unknown")], Change.UNKNOWN),
        ([REGRESSED, ("passed", "skipped")], Change.UNKNOWN),
    ],
)
def test_a_regression_counts_only_when_every_repeat_shows_it_again(repeats, change):
    assert compared("passed", "failed", *repeats).change is change


def test_repeats_go_to_the_scenarios_that_were_repeated_and_to_no_other():
    first = compare({ONE: outcome("passed"), TWO: outcome("passed")}, {ONE: outcome("failed"), TWO: outcome("passed")})
    again = ({ONE: outcome("passed")}, {ONE: outcome("failed")})

    one, two = with_repeats(first, [again, again])

    assert [(old.result, new.result) for old, new in one.repeats] == [REGRESSED, REGRESSED]
    assert two.repeats == ()


def test_a_repeat_that_did_not_come_to_its_end_confirms_nothing():
    first = compare({ONE: outcome("passed")}, {ONE: outcome("failed")})

    [one] = with_repeats(first, [({ONE: outcome("passed")}, {ONE: outcome("failed")}), ({ONE: outcome("passed")}, {})])

    assert one.change is Change.UNKNOWN


def test_without_repeats_nothing_changes():
    first = compare({ONE: outcome("passed")}, {ONE: outcome("failed")})

    assert with_repeats(first, []) == first


def test_the_area_is_the_folder_below_scenarios():
    assert Comparison(ONE, outcome("passed"), outcome("passed")).area == "audit"
