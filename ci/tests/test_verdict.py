"""From comparisons to the answer."""

from dataclasses import replace
from itertools import combinations_with_replacement, product

import pytest

from ci.comparison import Change, Comparison, compare
from ci.tests.helpers import ONE, RESULTS, TWO, compared, outcome
from ci.verdict import Answer, judge
from harness.outcomes import Outcome

WORDS = (*RESULTS, "missing")
HARMLESS = {Change.SAME, Change.FIXED, Change.BROKEN_IN_BOTH, Change.SKIPPED}


def as_before(comparisons):
    """What a replayed run would have told when it saw the very same."""
    return {one.scenario: one.change.value for one in comparisons}


def every_run_of_two_scenarios():
    """All combinations of results of up to two scenarios on two stacks, as the outcomes of both."""
    for first, second in product(product(WORDS, WORDS), repeat=2):
        old, new = {}, {}
        for scenario, (baseline, candidate) in ((ONE, first), (TWO, second)):
            old |= {} if baseline == "missing" else {scenario: outcome(baseline, scenario=scenario)}
            new |= {} if candidate == "missing" else {scenario: outcome(candidate, scenario=scenario)}
        yield old, new


def test_safe_is_answered_only_when_every_scenario_is_harmless_and_one_passed_on_both():
    answers = set()
    for old, new in every_run_of_two_scenarios():
        comparisons = compare(old, new)
        changes = {one.change for one in comparisons}
        safe = changes <= HARMLESS and Change.SAME in changes
        answer = judge(comparisons).answer

        assert (answer is Answer.SAFE) == safe, (old, new)
        assert (answer is Answer.BLOCKED) == (Change.REGRESSED in changes), (old, new)
        answers.add(answer)
    assert answers == {Answer.SAFE, Answer.BLOCKED, Answer.INCONCLUSIVE}


def test_every_answer_has_a_reason_of_one_line():
    for old, new in every_run_of_two_scenarios():
        reasons = judge(compare(old, new)).reasons

        assert reasons
        assert all(reason and "\n" not in reason for reason in reasons)


def test_whatever_is_repeated_safe_needs_every_round_to_come_to_the_same():
    pairs = list(product(("passed", "failed", "skipped", "unknown"), repeat=2))
    for first, *repeats in product(pairs, repeat=3):
        one = compared(*first, *repeats)
        beside = compared("passed", "passed", scenario=TWO)
        rounds = {compared(*round_).change for round_ in (first, *repeats)}

        blocked = rounds == {Change.REGRESSED}
        safe = len(rounds) == 1 and compared(*first).change in HARMLESS
        expected = Answer.BLOCKED if blocked else Answer.SAFE if safe else Answer.INCONCLUSIVE
        assert judge([one, beside]).answer is expected, rounds


@pytest.mark.parametrize(
    "beside",
    [
        compared("passed", "unknown", scenario=TWO),
        compared("passed", "failed", ("passed", "passed"), scenario=TWO),
        compared("failed", "passed", scenario=TWO),
        compared("skipped", "skipped", scenario=TWO),
    ],
)
def test_a_confirmed_regression_blocks_whatever_else_happened(beside):
    regressed = compared("passed", "failed", ("passed", "failed"))

    for comparisons in ([regressed, beside], [beside, regressed]):
        assert judge(comparisons).answer is Answer.BLOCKED
        assert judge(comparisons, replayed=as_before(comparisons)).answer is Answer.BLOCKED


@pytest.mark.parametrize(
    "comparisons",
    [
        [],
        [compared("skipped", "skipped")],
        [compared("failed", "failed")],
        [compared("failed", "passed")],
        [compared("failed", "passed"), compared("failed", "failed", scenario=TWO)],
        [compared("passed", "unknown")],
        [compared("passed", "skipped")],
        [compared("passed", "passed"), compared("unknown", "passed", scenario=TWO)],
        [compared("passed", "passed"), compared("passed", "failed", ("passed", "passed"), scenario=TWO)],
    ],
    ids=[
        "nothing ran",
        "only skipped",
        "nothing works",
        "only fixed",
        "nothing passed on both",
        "unknown",
        "skipped on one",
        "unknown beside same",
        "flaky beside same",
    ],
)
def test_what_shows_nothing_is_inconclusive(comparisons):
    assert judge(comparisons).answer is Answer.INCONCLUSIVE


def test_a_replay_may_be_safe_without_anything_the_same_but_not_without_anything_that_ran():
    for old, new in every_run_of_two_scenarios():
        comparisons = compare(old, new)
        changes = {one.change for one in comparisons}
        safe = changes <= HARMLESS and bool(changes - {Change.SKIPPED})

        answer = judge(comparisons, replayed=as_before(comparisons)).answer
        assert (answer is Answer.SAFE) == safe, (old, new)
        assert (answer is Answer.BLOCKED) == (Change.REGRESSED in changes)


def test_a_replay_in_which_nothing_ran_is_inconclusive():
    assert judge([], replayed={ONE: "regressed"}).answer is Answer.INCONCLUSIVE


def test_a_safe_answer_says_what_it_is_limited_to():
    assert judge([compared("passed", "passed")], limits="only audit").reasons[1:] == ("only audit",)
    assert len(judge([compared("passed", "passed")]).reasons) == 1


def test_what_is_broken_in_both_does_not_block():
    comparisons = [compared("passed", "passed"), compared("failed", "failed", scenario=TWO)]

    assert judge(comparisons).answer is Answer.SAFE


def test_what_is_broken_in_both_for_another_cause_is_told():
    same = compared("passed", "passed")
    deaf, dead = outcome("failed", "deaf", TWO), outcome("failed", "dead", TWO)

    [reason] = judge([same, Comparison(TWO, deaf, dead)]).reasons
    [unchanged] = judge([same, Comparison(TWO, deaf, deaf)]).reasons

    assert reason.endswith("1 scenario broken in both, 1 of them for another cause now")
    assert unchanged.endswith("1 scenario broken in both")


def test_reasons_to_block_are_grouped_by_cause_the_most_frequent_first():
    causes = ["rare", "common", "common", "middle", "common", "middle"]
    old = {f"scenarios/a/t.py::{number}": outcome("passed") for number in range(6)}
    new = {scenario: outcome("failed", cause) for scenario, cause in zip(old, causes, strict=True)}

    assert judge(compare(old, new)).reasons == (
        "common (scenarios/a/t.py::1 and 2 more)",
        "middle (scenarios/a/t.py::3 and 1 more)",
        "rare (scenarios/a/t.py::0)",
    )


def test_a_doubt_names_its_scenario_and_what_was_seen_on_which_stack():
    [flaky, *_] = judge([compared("passed", "failed", ("passed", "passed"))]).reasons
    [unknown, *_] = judge([compared("passed", "unknown")]).reasons

    assert flaky == f"{ONE}: flaky: baseline passed; candidate failed failed here (1 of 2), passed (1 of 2)"
    assert unknown == f"{ONE}: baseline passed; candidate unknown unknown here"


def test_a_doubt_tells_a_failure_of_the_baseline_from_one_of_the_candidate():
    good, deaf, dead = outcome("passed"), outcome("failed", "deaf"), outcome("failed", "dead")
    [reason, *_] = judge([Comparison(ONE, good, dead, ((deaf, dead), (deaf, good)))]).reasons

    assert reason == (
        f"{ONE}: flaky: baseline failed deaf (2 of 3), passed (1 of 3); candidate failed dead (2 of 3), passed (1 of 3)"
    )


def test_the_order_of_scenarios_does_not_change_the_answer():
    kinds = [compared(*pair) for pair in product(RESULTS, repeat=2)]
    for left, right in combinations_with_replacement(kinds, 2):
        assert judge([left, right]).answer is judge([right, left]).answer


def test_the_values_are_the_documented_exit_codes():
    codes = {answer.name: answer.value for answer in Answer}

    assert codes == {"SAFE": 0, "BLOCKED": 1, "USAGE_ERROR": 2, "INCONCLUSIVE": 3, "UNRESOLVABLE": 4}


def test_a_baseline_that_does_not_start_is_never_safe_and_says_why():
    one = Outcome("scenarios/tasks/a.py::test", "failed", "ModuleNotFoundError: x", started=False)
    fixed = Comparison(one.scenario, one, replace(one, result="passed", cause="", started=True))
    same = Comparison("scenarios/tasks/b.py::test", *(Outcome("scenarios/tasks/b.py::test", "passed"),) * 2)

    verdict = judge([fixed, same])

    assert verdict.answer is Answer.INCONCLUSIVE
    assert "the baseline does not start" in verdict.reasons[0]
    assert "ModuleNotFoundError: x" in verdict.reasons[0]


def test_a_replayed_difference_that_does_not_show_up_again_is_never_safe():
    same = Comparison(ONE, outcome("passed"), outcome("passed"))

    verdict = judge([same], replayed={ONE: "regressed"})

    assert verdict.answer is Answer.INCONCLUSIVE
    assert "regressed in the run that is replayed" in verdict.reasons[0]


def test_a_file_that_neither_stack_imports_is_never_safe():
    path = "scenarios/tasks/test_gone.py"
    file = Comparison(path, *(Outcome(path, "failed", "ImportError: gone"),) * 2)

    assert judge([file, Comparison(ONE, outcome("passed"), outcome("passed"))]).answer is Answer.INCONCLUSIVE


def test_a_candidate_that_does_not_start_is_never_safe_because_the_baseline_failed_too():
    hidden = Comparison(ONE, outcome("failed"), replace(outcome("failed"), started=False))

    assert judge([hidden, Comparison(TWO, outcome("passed"), outcome("passed"))]).answer is Answer.INCONCLUSIVE
