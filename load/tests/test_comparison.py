"""From rounds to answers, counts and harms. On made-up rounds."""

from pathlib import Path

from load.comparison import counts, harms, overhead, weighed
from load.round import Round
from load.statistics import Answer
from load.thresholds import read

THRESHOLDS = read(Path(__file__).parents[2] / "ci" / "thresholds.toml")
ARMS = ("baseline", "candidate")


def a_round(arm, number=0, **facts):
    return Round(arm, "safe", "steady", begun=float(number), **facts)


def test_each_metric_that_both_arms_have_is_weighed_and_no_other():
    rounds = [a_round(arm, n, metrics={"login_p50": 1.0 + n / 1000}) for n in range(12) for arm in ARMS]
    rounds.append(a_round("candidate", 12, metrics={"drain_rate": 300.0}))
    assert {one.metric.name: one.answer for one in weighed(rounds, ARMS, THRESHOLDS)} == {"login_p50": Answer.SAME}


def test_the_candidate_is_the_second_arm():
    cost = {"baseline": 1.0, "candidate": 1.5}
    metrics = [(arm, {"worker_cpu_ms_per_event": cost[arm] + n / 1000}) for n in range(12) for arm in ARMS]
    [one] = weighed([a_round(arm, metrics=told) for arm, told in metrics], ARMS, THRESHOLDS)
    assert (one.answer, round(one.ratio, 2)) == (Answer.WORSE, 1.5)


def test_counts_are_over_all_rounds_of_an_arm():
    rounds = [a_round("baseline", attempted=3, acked=2, lost=1), a_round("baseline", attempted=2), a_round("candidate")]
    found = counts(rounds, "baseline")
    assert (found["attempted"], found["acked"], found["lost"], found["duplicated"]) == (5, 2, 1, 0)


def test_one_lost_event_more_than_on_the_baseline_is_a_harm_and_one_less_is_none():
    rounds = [a_round("baseline", lost=1, duplicated=2), a_round("candidate", lost=2, duplicated=1)]
    assert harms(rounds, ARMS) == {"lost": (1, 2)}


def test_the_audit_overhead_is_what_a_login_costs_beyond_one_that_is_not_written_down():
    costs = {"none": 0.01, "sync": 0.03}
    rounds = [a_round(way, metrics={"login_p50": cost + n}) for way, cost in costs.items() for n in (-0.001, 0, 0.001)]
    assert round(overhead(rounds, "sync")["login_p50"], 6) == 0.02
    assert overhead(rounds, "none")["login_p50"] == 0
    assert overhead(rounds[3:], "sync") == {}
