"""Findings, one by one."""

import re

from ci.comparison import Change, Comparison
from ci.findings import findings
from ci.tests.helpers import ONE, TWO, compared, outcome

SIX = [
    compared("failed", "failed", scenario="scenarios/a/t.py::both"),
    compared("passed", "unknown", scenario="scenarios/a/t.py::unknown"),
    compared("passed", "passed", scenario="scenarios/a/t.py::same"),
    compared("failed", "passed", scenario="scenarios/a/t.py::fixed"),
    compared("skipped", "skipped", scenario="scenarios/a/t.py::skipped"),
    compared("passed", "failed", ("passed", "passed"), scenario="scenarios/a/t.py::flaky"),
    compared("passed", "failed", scenario="scenarios/a/t.py::regressed"),
]


def test_findings_come_by_weight_and_what_is_the_same_makes_none():
    names = [one.scenario.partition("::")[2] for one in findings(SIX, "run")]

    assert names == ["regressed", "flaky", "unknown", "fixed", "both"]


def test_an_id_is_the_same_in_other_runs_and_orders():
    here = {one.scenario: one.id for one in findings(SIX, "here")}
    there = {one.scenario: one.id for one in findings(SIX[::-1], "there")}

    assert here == there
    assert len(set(here.values())) == 5


def test_an_id_is_known_beforehand_so_that_a_change_of_the_recipe_is_noticed():
    [one] = findings([compared("passed", "failed")], "run")

    assert one.id == "919ed76a"


def test_an_id_does_not_depend_on_the_cause_nor_on_repeats():
    [plain] = findings([compared("passed", "failed")], "run")
    [repeated] = findings([compared("passed", "failed", ("passed", "failed"))], "run")

    assert plain.id == repeated.id


def test_another_scenario_or_another_change_has_another_id():
    ids = [
        findings([one], "run")[0].id
        for one in (
            compared("passed", "failed"),
            compared("failed", "failed"),
            compared("passed", "failed", scenario=TWO),
        )
    ]

    assert len(set(ids)) == 3
    assert all(re.fullmatch("[0-9a-f]{8}", one) for one in ids)


def test_a_finding_tells_its_cause_and_how_to_repeat_it():
    [one] = findings([compared("passed", "failed")], "20260301T030000Z-1a2b")

    assert (one.change, one.scenario, one.cause) == (Change.REGRESSED, ONE, "failed here")
    assert one.replay == f"./ci/preflight replay 20260301T030000Z-1a2b {one.id}"


def test_what_failed_in_a_later_round_alone_tells_why_it_failed_there():
    on_the_candidate, on_the_baseline = (
        findings([compared("passed", "passed", again, scenario=TWO)], "run")[0]
        for again in (("passed", "failed"), ("failed", "passed"))
    )

    assert (on_the_candidate.change, on_the_candidate.cause) == (Change.FLAKY, "failed here")
    assert (on_the_baseline.change, on_the_baseline.cause) == (Change.FLAKY, "failed here")


def test_what_is_fixed_tells_why_it_failed_before():
    [one] = findings([compared("failed", "passed")], "run")

    assert one.cause == "failed here"


def test_what_is_broken_in_both_says_so_when_the_cause_is_another_one():
    deaf, dead = outcome("failed", "not within 40 s"), outcome("failed", "AttributeError: x")

    [other] = findings([Comparison(ONE, deaf, dead)], "run")
    [same] = findings([Comparison(ONE, deaf, outcome("failed", "not within 41 s"))], "run")

    assert other.cause == "AttributeError: x (on the baseline: not within 40 s)"
    assert same.cause == "not within 41 s"
