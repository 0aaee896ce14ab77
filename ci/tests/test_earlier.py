"""The baseline's outcomes out of an earlier run."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from ci import earlier
from ci.comparison import Change
from ci.plan import Step
from ci.question import Question
from ci.results import as_data
from ci.suite import SuiteResult
from ci.tests.helpers import ONE, TWO, gate, outcome, stack, told
from ci.verdict import judge
from harness.stack.lock import Lock
from harness.stack.store import Built

THREE = "scenarios/tasks/test_mail.py::test_three"
MARK = "the same"
DONE = [Step("run", str, "", 1.0)]


def kept(folder, *outcomes, mark=MARK, steps=DONE, rounds=(), candidate=None, **changes):
    """A run that is over, with these outcomes of its baseline."""
    made = gate(folder, told(*outcomes), candidate or told(*outcomes))
    made.fingerprint, made.rounds = mark, list(rounds)
    made.folder.write_results(as_data(made, judge(made.comparisons()), steps, 1.0) | changes)
    return made.folder


def known(folder, mark=MARK):
    """What is found of the baseline, by scenario."""
    return {name: one.result for name, one in earlier.find(folder, mark).outcomes.items()}


def test_what_passed_is_known_again_with_what_was_observed(tmp_path):
    seen = replace(outcome("passed"), observations={"a": 1}, logs={"baseline/w.log": [0, 9]})
    folder = kept(tmp_path, seen)
    found = earlier.find(tmp_path, MARK)

    assert found.run == folder.name
    assert found.outcomes == {ONE: replace(seen, logs={})}


@pytest.mark.parametrize("result", ["failed", "skipped", "unknown"])
def test_what_did_not_pass_is_run_again(tmp_path, result):
    kept(tmp_path, outcome(result), outcome("passed", scenario=TWO))

    assert known(tmp_path) == {TWO: "passed"}


def test_what_swayed_on_either_stack_is_not_known(tmp_path):
    twice = {arm: {ONE: outcome(result)} for arm, result in (("baseline", "failed"), ("candidate", "failed"))}
    kept(tmp_path, outcome("passed"), outcome("passed", scenario=TWO), rounds=[twice])

    assert known(tmp_path) == {TWO: "passed"}


@pytest.mark.parametrize(
    "difference",
    [{"mark": "another"}, {"steps": []}, {"steps": [Step("run", str)]}, {"reused": "of run x"}, {"schema": 2}],
    ids=lambda one: next(iter(one)),
)
def test_a_run_that_is_another_or_unfinished_or_took_outcomes_itself_is_passed_over(tmp_path, difference):
    kept(tmp_path, outcome("passed"), **difference)

    assert earlier.find(tmp_path, MARK) == earlier.Earlier()


def test_the_newest_of_those_that_fit_is_taken(tmp_path):
    kept(tmp_path, outcome("passed"))
    newer = tmp_path / "20270101T000000Z-ffff"
    (tmp_path / "20260301T030000Z-1a2b").rename(tmp_path / "20250101T000000Z-0000")
    kept(tmp_path, outcome("passed", scenario=TWO)).path.rename(newer)

    assert known(tmp_path) == {TWO: "passed"}


# What an outcome depends on -------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path):
    """A checkout with one file of each kind."""
    for name in CODE:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


def mark(root, **changes):
    """The fingerprint of a stack, with some fact otherwise."""
    built = Built(
        replace(stack(), **changes.get("stack", {})), Path("/p"), changes.get("tools", Path("/t")), Path("/w")
    )
    return earlier.fingerprint(built, changes.get("settings", {}), changes.get("services", ["Redis 7"]), root)


def test_a_fingerprint_is_the_same_twice_and_minds_neither_caches_nor_the_place(root, tmp_path_factory):
    first = mark(root)
    (root / "scenarios" / "__pycache__").mkdir()
    (root / "scenarios" / "__pycache__" / "a.pyc").write_text("y")
    (root / "reference_app" / "db.sqlite3").write_text("y")
    elsewhere = root.rename(tmp_path_factory.mktemp("other") / "checkout")

    assert mark(elsewhere) == first


@pytest.mark.parametrize(
    "changes",
    [
        {"stack": {"lock": Lock("# python: 3.11\ncelery==5.3.5\n")}},
        {"stack": {"python": replace(stack().python, version="3.11.8")}},
        {"tools": Path("/other")},
        {"settings": {"task_acks_late": True}},
        {"services": ["Redis 6"]},
    ],
    ids=str,
)
def test_whatever_an_outcome_depends_on_changes_the_fingerprint(root, changes):
    assert mark(root, **changes) != mark(root)


CODE = ("scenarios/a.py", "harness/b.py", "reference_app/c.py", "conftest.py", "pyproject.toml")


@pytest.mark.parametrize("path", CODE)
def test_another_line_of_code_changes_the_fingerprint_and_so_does_another_machine(root, path, monkeypatch):
    first = mark(root)
    monkeypatch.setattr("platform.node", lambda: "elsewhere")
    second = mark(root)
    (root / path).write_text("y")

    assert len({first, second, mark(root)}) == 3


# In the gate ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def reusing(tmp_path):
    """A gate over a candidate that ran two scenarios, one of which is known of the baseline."""

    def reusing(known, candidate):
        left = SuiteResult([TWO], {TWO: outcome("passed", scenario=TWO)}, finished=True, left_out=[ONE])
        made = gate(tmp_path / "runs", left, told(candidate, outcome("passed", scenario=TWO)))
        made.question = Question("old", "new", ("scenarios",), reuse=True)
        made.earlier = earlier.Earlier("20250101T000000Z-0000", {ONE: known, THREE: known})
        return made

    return reusing


def test_a_known_outcome_stands_beside_the_candidates_and_the_answer_says_so(reusing):
    made = reusing(outcome("passed"), outcome("passed"))

    assert [one.change for one in made.comparisons()] == [Change.SAME, Change.SAME]
    assert made.reused() == "the baseline's outcomes of 1 scenarios are those of run 20250101T000000Z-0000"
    assert judge(made.comparisons(), made.limits()).reasons[1] == made.reused()
    results = as_data(made, judge(made.comparisons()), DONE, 1.0)
    assert (results["reused"], results["baseline"]["notes"]) == (made.reused(), [made.reused()])
    assert results["left_out"] == 0


def test_the_differences_of_observations_are_those_against_the_known_outcome(reusing):
    known, new = (replace(outcome("passed"), observations={"configuration": {"a": one}}) for one in (1, 2))

    assert [one.words for one in reusing(known, new).differences()] == ["`a`: 1 → 2"]


@pytest.fixture
def confirmed(reusing, monkeypatch):
    """A gate that has repeated ONE, which failed on its candidate; and what was run together, time by time."""
    made, times = reusing(outcome("passed"), outcome("failed")), []
    made.built = dict.fromkeys(("baseline", "candidate"))

    def run(_, *runs):
        times.append(runs)
        for one in runs:
            one.into.outcomes[ONE] = outcome("failed")

    monkeypatch.setattr("ci.suite.Suite.run", run)
    made._servers = SimpleNamespace(desk=None)
    return made, times


def test_what_fails_against_a_known_outcome_is_repeated_on_both_at_the_same_time_and_apart(confirmed):
    made, times = confirmed
    made._confirm()

    [together] = times
    assert [(one.arm, one.targets) for one in together] == [("baseline", [ONE]), ("candidate", [ONE])] * 2
    assert len({one.name for one in together}) == len({one.folder for one in together}) == len(together)
    assert {one.scenario: one.change for one in made.comparisons()} == {ONE: Change.FLAKY, TWO: Change.SAME}


def test_repeats_that_would_crowd_the_machine_come_one_after_the_other(confirmed, monkeypatch):
    made, times = confirmed
    monkeypatch.setattr("ci.gate.FEW", 1)
    made._confirm()

    assert [[one.arm for one in together] for together in times] == [["baseline", "candidate"]] * 2
