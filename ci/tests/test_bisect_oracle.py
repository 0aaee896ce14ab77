"""What scenarios say of a stack, and what gates inside a search said before: with made-up runs."""

import pytest

from ci.advise.gates import Gates, Passage
from ci.bisect.journal import Journal
from ci.bisect.oracle import Scenarios
from ci.run_folder import RunFolder
from ci.suite import SuiteResult
from ci.tests.helpers import ONE, TWO, outcome, stack, told
from harness.errors import PreflightError
from harness.stack.store import Built

FILE = "scenarios/audit/test_login.py"


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


def test_a_gate_is_asked_once_about_a_set_and_its_scenarios(tmp_path, monkeypatch):
    asked, said = [], Passage("BLOCKED", ["because"], [ONE], "run", 1.0)
    monkeypatch.setattr(Gates, "_run", lambda _, candidate, targets: asked.append((candidate.name, targets)) or said)
    gates = Gates(None, None, None, None, Journal(RunFolder(tmp_path), "advise.jsonl"))

    for candidate in ("a", "b", "a"):
        assert gates.on(stack(candidate), ["scenarios"]) == said
    gates.on(stack("a"), [ONE])

    assert asked == [("a", ("scenarios",)), ("b", ("scenarios",)), ("a", (ONE,))]
    assert gates.passed == [said] * 3
