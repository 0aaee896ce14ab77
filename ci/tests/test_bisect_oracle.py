"""What scenarios say of a stack, and what gates inside a search said before: with made-up runs."""

import pytest

from ci.advise.gates import Gates, Passage
from ci.bisect.gated import Gated, needs_both
from ci.bisect.journal import Journal
from ci.bisect.oracle import Scenarios
from ci.plan import Step
from ci.question import LOAD, Question
from ci.run_folder import RunFolder
from ci.suite import SuiteResult
from ci.tests.helpers import ONE, TWO, compared, outcome, stack, told
from harness.errors import PreflightError
from harness.stack.store import Built

FILE = "scenarios/audit/test_login.py"
LAG = f"{LOAD}::lag_p95"


class Bench:
    """A suite and a store in one: every stack builds, and its pytest run tells what was handed in."""

    def __init__(self, *results):
        self.results = results
        self.orders = []

    def build(self, wanted):
        return Built(wanted, None, None, None)

    def run(self, *orders):
        self.orders += orders
        return self.results


def asked(bench, folder, *scenarios, stacks=None):
    oracle = Scenarios(scenarios, bench, bench, stack("today"))
    return oracle.outcomes(stacks or [stack("tried")], folder / "try-01")


@pytest.mark.parametrize(
    ("one", "two", "together"),
    [
        ("passed", "passed", "passed"),
        ("passed", "failed", "failed"),
        ("unknown", "failed", "failed"),
        ("passed", "unknown", "unknown"),
        ("skipped", "passed", "unknown"),
    ],
)
def test_a_stack_passes_when_all_pass_and_fails_when_one_fails(tmp_path, one, two, together):
    [said] = asked(Bench(told(outcome(one), outcome(two, scenario=TWO))), tmp_path, ONE, TWO)

    assert said.result == together


def test_an_app_that_does_not_import_is_a_failure_to_start(tmp_path):
    [said] = asked(Bench(SuiteResult(broken="ModuleNotFoundError: packaging")), tmp_path, ONE)

    assert (said.result, said.started, said.cause) == ("failed", False, "ModuleNotFoundError: packaging")


def test_a_whole_file_passes_when_it_can_be_imported(tmp_path):
    good, bad = told(outcome("failed")), SuiteResult(uncollected={FILE: "ImportError: x"}, finished=True)
    said = asked(Bench(good, bad), tmp_path, FILE, stacks=[stack("a"), stack("b")])

    assert [one.result for one in said] == ["passed", "failed"]


def test_each_stack_runs_beside_the_one_of_today_in_a_folder_of_its_own(tmp_path):
    bench = Bench(told(outcome("passed")), told(outcome("passed")))
    asked(bench, tmp_path, ONE, stacks=[stack("a"), stack("b")])

    assert [order.built.stack.name for order in bench.orders] == ["a", "b"]
    assert {order.old.stack.name for order in bench.orders} == {"today"}
    assert len({order.folder for order in bench.orders}) == 2


def test_of_a_stack_that_cannot_be_built_nothing_is_known(tmp_path):
    bench = Bench()
    bench.build = lambda _: (_ for _ in ()).throw(PreflightError("no wheel\nfor it"))
    [said] = asked(bench, tmp_path, ONE)

    assert (said.result, said.cause) == ("unknown", "no wheel for it")
    assert not bench.orders


class Spoken:
    """A gate whose run is over; it says this of a finding, and may fail on the way."""

    def __init__(self, *comparisons, trouble=None):
        self.comparisons = lambda: comparisons
        self.trouble = trouble
        self.closed = False

    def __call__(self, question, *_, repeats):
        self.asked = (question.named("candidate"), question.targets, question.locks["baseline"].name, repeats)
        return self

    def steps(self):
        return [Step("run", self._run)]

    def _run(self):
        if self.trouble:
            raise self.trouble
        return ""

    def close(self):
        self.closed = True


@pytest.mark.parametrize("finding", [ONE, LAG])
@pytest.mark.parametrize(("result", "told"), [("passed",) * 2, ("failed",) * 2, ("skipped", "unknown")])
def test_a_finding_that_takes_two_stacks_is_told_by_a_gate(tmp_path, monkeypatch, finding, result, told):
    spoken = Spoken(compared("passed", result, scenario=finding))
    monkeypatch.setattr("ci.bisect.gated.Gate", spoken)
    question = Question("old", "new", (finding,), {"baseline": stack("old")})
    [said] = Gated(question, None, None).outcomes([stack("tried")], tmp_path / "try-01")

    assert (said.scenario, said.result) == (finding, told)
    assert spoken.asked == ("tried", (finding,), "old", 0)
    assert spoken.closed


@pytest.mark.parametrize("spoken", [Spoken(), Spoken(trouble=PreflightError("a service\ndied"))])
def test_a_gate_that_tells_nothing_is_no_answer(tmp_path, monkeypatch, spoken):
    monkeypatch.setattr("ci.bisect.gated.Gate", spoken)
    question = Question("old", "new", (ONE,), {"baseline": stack("old")})
    [said] = Gated(question, None, None).outcomes([stack("tried")], tmp_path / "try-01")

    assert (said.result, said.cause in ("the gate did not tell", "a service died")) == ("unknown", True)
    assert spoken.closed


def test_metrics_and_what_rules_mind_take_both_stacks(monkeypatch):
    assert needs_both(LAG)
    assert not needs_both(ONE)
    monkeypatch.setattr("ci.rules.read", lambda _: ["a rule"])
    assert needs_both(ONE)


def test_a_gate_is_asked_once_about_a_set_and_its_scenarios(tmp_path, monkeypatch):
    asked, said = [], Passage("BLOCKED", ["because"], [ONE], "run", 1.0)
    monkeypatch.setattr(Gates, "_run", lambda _, candidate, targets: asked.append((candidate.name, targets)) or said)
    gates = Gates(None, None, None, None, Journal(RunFolder(tmp_path), "advise.jsonl"))

    for candidate in ("a", "b", "a"):
        assert gates.on(stack(candidate), ["scenarios"]) == said
    gates.on(stack("a"), [ONE])

    assert asked == [("a", ("scenarios",)), ("b", ("scenarios",)), ("a", (ONE,))]
    assert gates.passed == [said] * 3


def test_a_gate_that_was_not_certain_is_asked_again(tmp_path, monkeypatch):
    answers = iter(["INCONCLUSIVE", "SAFE"])
    monkeypatch.setattr(Gates, "_run", lambda *_: Passage(next(answers), ["because"], [], "run", 1.0))
    gates = Gates(None, None, None, None, Journal(RunFolder(tmp_path), "advise.jsonl"))

    assert [gates.on(stack("a"), ["scenarios"]).answer for _ in range(3)] == ["INCONCLUSIVE", "SAFE", "SAFE"]
