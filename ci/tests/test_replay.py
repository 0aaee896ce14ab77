"""From a run folder back to a question."""

import pytest

from ci.findings import findings
from ci.question import ARMS
from ci.replay import question_of
from ci.results import as_data
from ci.run_folder import RunFolder
from ci.tests.helpers import ONE, TWO, gate, outcome, stack, told
from ci.verdict import judge
from harness.errors import UsageError
from harness.stack.pythons import Python
from harness.stack.store import Stack, Store

SAME = "scenarios/audit/test_login.py::test_same"


@pytest.fixture
def store(monkeypatch, tmp_path):
    """A store on a machine whose only Python is 3.11.9: not the one that the run had."""
    monkeypatch.setattr("harness.stack.pythons.found", lambda: (Python(tmp_path / "python", "3.11.9"),))
    return Store(tmp_path / "no-stacks", tmp_path / "no-cache", None)


def finished(tmp_path, *pairs: tuple[str, str, str]) -> RunFolder:
    """A run that is over, of (scenario, baseline's result, candidate's result)."""
    old = told(*(outcome(result, scenario=one) for one, result, _ in pairs))
    new = told(*(outcome(result, scenario=one) for one, _, result in pairs))
    run = gate(tmp_path / "runs", old, new)
    for arm in ARMS:
        run.folder.write_lock(arm, run.stacks[arm])
    run.folder.write_results(as_data(run, judge(run.comparisons()), run.steps(), 1.0))
    return run.folder


@pytest.fixture
def run(tmp_path):
    """A run with a regression, a thing broken in both, and one that is the same."""
    return finished(tmp_path, (ONE, "passed", "failed"), (TWO, "failed", "failed"), (SAME, "passed", "passed"))


def test_without_a_scenario_all_findings_are_repeated_and_nothing_else(run, store):
    assert question_of(run, None, store).targets == (ONE, TWO)


def test_a_finding_is_repeated_by_its_id(run, store):
    found = {one["scenario"]: one["id"] for one in run.read_results()["findings"]}

    assert question_of(run, found[TWO], store).targets == (TWO,)


def test_a_scenario_is_repeated_by_its_id_or_the_end_of_it(run, store):
    assert question_of(run, SAME, store).targets == (SAME,)
    assert question_of(run, "test_two", store).targets == (TWO,)


def test_what_changed_there_comes_along_for_what_is_repeated_and_nothing_else(run, store):
    assert question_of(run, None, store).before == {ONE: "regressed", TWO: "broken in both"}
    assert question_of(run, SAME, store).before == {SAME: "same"}


def test_an_end_that_fits_several_repeats_all_of_them(tmp_path, store):
    pairs = [(f"scenarios/{area}/test_x.py::test_one", "passed", "failed") for area in ("audit", "tasks")]

    assert question_of(finished(tmp_path, *pairs), "test_one", store).targets == tuple(one for one, *_ in pairs)


def test_an_unknown_scenario_is_refused_with_the_findings_there_are(run, store):
    identity = run.read_results()["findings"][0]["id"]

    with pytest.raises(UsageError, match=rf"holds no test_three to repeat .*{identity} \(regressed\)"):
        question_of(run, "test_three", store)


def test_a_run_without_findings_has_nothing_to_repeat(tmp_path, store):
    with pytest.raises(UsageError, match=r"holds no finding to repeat \(its findings: none\)"):
        question_of(finished(tmp_path, (SAME, "passed", "passed")), None, store)


def test_the_stacks_are_the_runs_own_locks_under_their_names(run, store, tmp_path):
    question = question_of(run, None, store)

    assert (question.baseline, question.candidate) == ("old", "new")
    python = Python(tmp_path / "python", "3.11.9")
    assert question.locks == {
        "baseline": Stack("old", python, stack().lock),
        "candidate": Stack("new", python, stack("new", "5.7.0").lock),
    }


def test_another_stack_takes_the_candidates_place_and_what_changed_then_is_no_measure(run, store, monkeypatch):
    monkeypatch.setattr(Store, "check", lambda *_: None)
    question = question_of(run, TWO, store, "celery-5.6")

    assert (question.baseline, question.candidate, question.before) == ("old", "celery-5.6", {})
    assert list(question.locks) == ["baseline"]


def test_a_replay_has_the_runs_settings_and_no_acceptances(tmp_path, store):
    made = finished(tmp_path, (ONE, "passed", "failed"))
    made.write_results({**made.read_results(), "settings": {"task_acks_late": True}})
    question = question_of(made, None, store)

    assert question.settings == {"task_acks_late": True}
    assert question.acceptances == ()


def test_a_run_that_ended_before_its_stacks_were_resolved_cannot_be_repeated(tmp_path, store):
    unborn = gate(tmp_path / "runs")
    unborn.folder.write_results(as_data(unborn, judge([]), unborn.steps(), 0.0))

    with pytest.raises(UsageError, match="before its stacks were resolved"):
        question_of(unborn.folder, None, store)


def test_a_python_that_is_not_there_any_more_is_a_usage_error(run, store, monkeypatch):
    monkeypatch.setattr("harness.stack.pythons.found", tuple)

    with pytest.raises(UsageError, match=r"Python 3\.11 is not installed"):
        question_of(run, None, store)


def test_the_id_on_a_replay_line_is_one_that_replay_understands(run, store):
    comparisons = run.read_results()["findings"]
    for one in comparisons:
        _, _, name, identity = one["replay"].split()
        assert RunFolder.find(run.path.parent, name).path == run.path
        assert question_of(run, identity, store).targets == (one["scenario"],)


def test_findings_of_the_kept_results_are_those_of_the_run(tmp_path):
    made = gate(tmp_path / "runs", told(outcome("passed")), told(outcome("failed")))
    kept = as_data(made, judge(made.comparisons()), [], 0.0)["findings"]

    assert [one["id"] for one in kept] == [one.id for one in findings(made.comparisons(), "x")]
