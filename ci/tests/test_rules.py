"""Rules that make a difference block."""

from dataclasses import replace

import pytest

from ci import rules
from ci.checkout import RULES
from ci.comparison import Change
from ci.rules import Rule, enforce
from ci.tests.helpers import ONE, gate, outcome, told
from harness.errors import UsageError

RULE = Rule("configuration.worker_*", "our imports run for hours")


def recorded(value, result: str = "passed"):
    """An outcome that recorded one setting."""
    return replace(outcome(result), observations={"configuration": {"worker_cancel": value}})


def enforced(rule: Rule, old, new):
    """The candidate's outcome under one rule."""
    return enforce([rule], {ONE: old}, {ONE: new})[ONE]


def test_a_difference_that_a_rule_minds_fails_with_its_words_and_the_rules_reason():
    judged = enforced(RULE, recorded(False), recorded(True))

    assert judged.result == "failed"
    assert judged.cause == "`worker_cancel`: False → True (our imports run for hours)"


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        (RULE, recorded(True), recorded(True)),
        (Rule("configuration.task_*", "no"), recorded(False), recorded(True)),
        (RULE, recorded(False, "failed"), recorded(True)),
        (RULE, recorded(False), recorded(True, "skipped")),
    ],
    ids=["nothing changed", "another setting", "failed before", "skipped now"],
)
def test_every_other_outcome_stays_as_it_is(rule, old, new):
    assert enforced(rule, old, new) is new


def test_the_gate_compares_under_its_rules_and_a_repeat_that_differs_not_is_flaky(tmp_path, monkeypatch):
    monkeypatch.setattr(rules, "read", lambda _: [RULE])
    made = gate(tmp_path, told(recorded(False)), told(recorded(True)))
    assert [one.change for one in made.comparisons()] == [Change.REGRESSED]

    made.rounds = [{"baseline": {ONE: recorded(False)}, "candidate": {ONE: recorded(True)}}]
    assert [one.change for one in made.comparisons()] == [Change.REGRESSED]

    made.rounds += [{"baseline": {ONE: recorded(False)}, "candidate": {ONE: recorded(False)}}]
    assert [one.change for one in made.comparisons()] == [Change.FLAKY]


def test_without_rules_no_difference_blocks_and_it_is_still_told(tmp_path):
    made = gate(tmp_path, told(recorded(False)), told(recorded(True)))

    assert [one.change for one in made.comparisons()] == [Change.SAME]
    assert [one.words for one in made.differences()] == ["`worker_cancel`: False → True"]


def test_the_committed_rules_can_be_read():
    assert rules.read(RULES) == []


@pytest.mark.parametrize(
    "text",
    ["", "blocks = [", "[[blocks]]\nobservation = 'x'", "[[blocks]]\nobservation = 'x'\nreason = 'y'\nmore = 1"],
)
def test_a_file_that_is_no_file_of_rules_is_refused_in_one_line(tmp_path, text):
    (tmp_path / "rules.toml").write_text(text)

    with pytest.raises(UsageError, match="no file of rules"):
        rules.read(tmp_path / "rules.toml")
