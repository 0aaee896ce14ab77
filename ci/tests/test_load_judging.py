"""From a load comparison to the verdict, and to outcomes in the gate's own terms. Pure."""

import pytest

from ci.comparison import Change, Comparison
from ci.findings import findings
from ci.loads.judging import beside, judge
from ci.loads.outcomes import ended, outcomes
from ci.question import ARMS
from ci.tests.load_runs import THRESHOLDS, rounds_of
from ci.verdict import Answer
from ci.verdict import judge as judge_gate
from load.comparison import weighed

CPU = "worker_cpu_ms_per_event"


def told(**dearer):
    return weighed(rounds_of(**dearer), ARMS, THRESHOLDS)


def noisy():
    """Rounds that differ by half from one another."""
    rounds = rounds_of()
    for number, one in enumerate(rounds):
        one.metrics[CPU] *= 1 + 0.5 * (number % 3)
        one.metrics["lag_p95"] *= 1 + 2 * (number % 3)
    return weighed(rounds, ARMS, THRESHOLDS)


def test_a_metric_beyond_its_threshold_blocks_and_is_shown_with_what_is_allowed():
    verdict = judge(told(**{CPU: 1.23}), {})
    assert verdict.answer is Answer.BLOCKED
    assert verdict.reasons == (f"{CPU}: 1.23 times (1.23 to 1.23), allowed 1.08",)


def test_metrics_within_what_is_allowed_are_safe_and_counted():
    verdict = judge(told(**{CPU: 1.05}), {})
    assert verdict.answer is Answer.SAFE
    assert verdict.reasons == ("18 metrics: 18 same; none worse beyond what is allowed",)


def test_one_lost_event_blocks_whatever_the_metrics_say():
    verdict = judge(told(), {"lost": (0, 1)})
    assert verdict.answer is Answer.BLOCKED
    assert verdict.reasons == ("lost events: 1 on the candidate, 0 on the baseline",)


def test_too_noisy_to_tell_is_inconclusive_only_where_an_answer_is_needed():
    verdict = judge(noisy(), {})
    assert verdict.answer is Answer.INCONCLUSIVE
    assert [reason.partition(":")[0] for reason in verdict.reasons] == [CPU]


def test_nothing_measured_is_no_answer():
    assert judge([], {}).answer is Answer.INCONCLUSIVE


def test_ways_are_measured_when_each_had_logins_and_none_lost_or_doubled_an_event():
    fine = {"acked": 10, "lost": 0, "duplicated": 0, "unexpected": 0}
    assert beside({"safe": fine, "none": fine}).answer is Answer.SAFE
    assert beside({"safe": fine | {"lost": 1}, "none": fine}).reasons == ("safe: 1 lost",)
    assert beside({"safe": fine | {"acked": 0}, "none": fine}).answer is Answer.INCONCLUSIVE
    assert beside({}).answer is Answer.INCONCLUSIVE


def comparisons(weighed_, harms=None):
    return [Comparison(key, *pair) for key, pair in outcomes(weighed_, harms or {}).items()]


def test_a_worse_metric_is_a_finding_like_any_other_with_a_replay_line():
    [finding] = findings(comparisons(told(**{CPU: 1.23})), "RUN")
    assert (finding.scenario, finding.change) == (f"load/ab::{CPU}", Change.REGRESSED)
    assert finding.cause == "1.23 times (1.23 to 1.23), allowed 1.08"
    assert finding.replay == f"./ci/preflight replay RUN {finding.id}"


def test_every_metric_and_the_events_have_an_outcome_in_an_area_of_their_own():
    found = comparisons(told())
    assert len(found) == 19
    assert {one.area for one in found} == {"load"}
    assert {one.change for one in found} == {Change.SAME}


@pytest.mark.parametrize("harm", ["lost", "duplicated", "unexpected"])
def test_a_harmed_event_is_a_regression(harm):
    found = {one.scenario: one for one in comparisons(told(), {harm: (0, 2)})}
    assert found["load/ab::events"].change is Change.REGRESSED
    assert found["load/ab::events"].candidate.cause == f"2 {harm}, on the baseline 0"


def test_a_noisy_metric_leaves_the_gate_without_an_answer_only_where_one_is_needed():
    found = {one.scenario: one.change for one in comparisons(noisy())}
    assert found[f"load/ab::{CPU}"] is Change.UNKNOWN
    assert found["load/ab::lag_p95"] is Change.SKIPPED


def test_rounds_that_did_not_come_to_their_end_leave_the_gate_without_an_answer():
    [only] = [Comparison(key, *pair) for key, pair in ended("the worker died").items()]
    assert judge_gate([only]).answer is Answer.INCONCLUSIVE
    assert "the worker died" in judge_gate([only]).reasons[0]
