"""The load comparison as a part of a gate's run, its measuring left out."""

from dataclasses import replace

import pytest

from ci.comparison import Change
from ci.load_step import LoadStep
from ci.loads.design import AB
from ci.loads.outcomes import ended, outcomes
from ci.question import ALL, ARMS, Question
from ci.tests.helpers import gate
from ci.tests.load_runs import THRESHOLDS, rounds_of
from ci.tier import Tier
from harness.errors import BrokenPromise
from load.comparison import weighed

CPU = "worker_cpu_ms_per_event"
FULL = Question("old", "new", ALL, tier=Tier.FULL)


def found(**dearer):
    return outcomes(weighed(rounds_of(**dearer), ARMS, THRESHOLDS), {})


@pytest.fixture
def step(monkeypatch):
    """A step whose measurements are given: step(question, first, second ...)."""

    def step(question, *measured):
        left = iter(measured)
        monkeypatch.setattr(LoadStep, "_measure", lambda _self, _name: (next(left), "measured"))
        return LoadStep(question, None, None, None, None)

    return step


def carried_out(made, *, confirm=True):
    remarks = [one.action() for one in made.steps(confirm=confirm)]
    return remarks, {one.scenario.removeprefix("load/ab::"): one for one in made.comparisons()}


def test_a_metric_that_got_worse_is_measured_once_more_and_is_then_a_regression(step):
    remarks, by_name = carried_out(step(FULL, found(**{CPU: 1.3}), found(**{CPU: 1.3})))
    assert by_name[CPU].changes == [Change.REGRESSED, Change.REGRESSED]
    assert by_name["login_p50"].changes == [Change.SAME]
    assert remarks[-1] == "1 of 1 worse again: measured"


def test_one_that_is_not_worse_again_is_flaky(step):
    _, by_name = carried_out(step(FULL, found(**{CPU: 1.3}), found()))
    assert by_name[CPU].change is Change.FLAKY


def test_one_whose_repetition_did_not_come_to_its_end_is_unknown(step):
    _, by_name = carried_out(step(FULL, found(**{CPU: 1.3}), ended("Redis died")))
    assert by_name[CPU].change is Change.UNKNOWN
    assert by_name[CPU].repeats[0][1].cause == "Redis died"


def test_without_a_worse_metric_nothing_is_measured_again(step):
    remarks, by_name = carried_out(step(FULL, found()))
    assert remarks[-1] == "nothing to repeat"
    assert {one.change for one in by_name.values()} == {Change.SAME}


def test_a_replay_of_one_metric_tells_of_that_one_alone_in_each_round(step):
    question = replace(FULL, targets=(f"load/ab::{CPU}",), tier=Tier.DEFAULT, times=2)
    _, by_name = carried_out(step(question, found(**{CPU: 1.3}), found()), confirm=False)
    assert list(by_name) == [CPU]
    assert by_name[CPU].changes == [Change.REGRESSED, Change.SAME]


def test_a_replay_of_rounds_that_had_ended_tells_of_every_metric(step):
    _, by_name = carried_out(step(replace(FULL, targets=("load/ab::rounds",)), found()), confirm=False)
    assert len(by_name) == len(THRESHOLDS) + 1


def test_what_stops_the_rounds_is_kept_and_the_gate_goes_on(monkeypatch, tmp_path):
    made = gate(tmp_path)

    def broken(_self):
        raise BrokenPromise("worker ended with exit code 1", "exit code 1")

    monkeypatch.setattr("ci.loads.trial.LoadTrial._begin", broken)
    step = LoadStep(FULL, made.folder, None, None, None)
    step.steps(confirm=False)[0].action()
    [only] = step.comparisons()
    assert (only.scenario, only.change) == ("load/ab::rounds", Change.UNKNOWN)
    assert only.candidate.cause == "worker ended with exit code 1"


def test_the_long_form_of_everything_loads_and_no_other_does():
    assert FULL.loads
    assert not replace(FULL, tier=Tier.DEFAULT).loads
    assert not replace(FULL, targets=("scenarios/audit",)).loads


def test_the_plan_of_a_long_form_has_the_load_behind_the_scenarios(tmp_path):
    made = gate(tmp_path)
    made.question = FULL
    titles = [step.title for step in made.steps()]
    assert titles[-2].startswith(f"load both in turns, {AB.rounds} rounds of each: few, 2 users")
    assert titles[-1] == "load both again, if a metric got worse"
    assert titles.index("run the scenarios on both, at the same time") < len(titles) - 2


def test_the_replay_of_a_metric_runs_no_scenario(tmp_path):
    made = gate(tmp_path)
    made.question = Question("old", "new", (f"load/ab::{CPU}",))
    titles = [step.title for step in made.steps()]
    assert not any("scenarios" in title for title in titles)
    assert titles[-1] == "load both again, if a metric got worse"
