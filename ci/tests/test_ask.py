"""One question from plan to verdict, whatever happens on the way."""

import json
import os
import signal

import pytest

from ci import ask as asking
from ci.gate import Gate
from ci.question import Question
from ci.screen import Screen
from ci.tests.helpers import ONE, outcome, parsed, stack, told
from harness.errors import PreflightError, ProcessExited, ServiceDied, Unresolvable, UsageError, WaitTimeout

PASSED, FAILED = told(outcome("passed")), told(outcome("failed"))


@pytest.fixture(autouse=True)
def _handlers():
    """Put back the signal handlers that a run installs."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """Asks, with steps that start nothing: ask(baseline's result, candidate's, step=what it raises)."""
    monkeypatch.setattr(asking, "RUNS", tmp_path / "runs")

    def ask(baseline=PASSED, candidate=PASSED, *, as_json=False, **raising):
        parts = {"baseline": [baseline], "candidate": [candidate]}
        steps = {
            "resolve": lambda gate, arm: gate.stacks.update({arm: stack(arm)}) or "resolved",
            "build": lambda *_: "built",
            "start_services": lambda *_: "started",
            "run": lambda gate: gate.parts.update(parts) or "ran",
            "confirm": lambda *_: "confirmed",
        }
        for name, step in steps.items():
            monkeypatch.setattr(Gate, f"_{name}", _raise(raising[name]) if name in raising else step)
        return asking.ask(Question("old", "new", ("scenarios",)), "embedded", Screen(to_stderr=True), as_json=as_json)

    return ask


def _raise(error: BaseException):
    def step(*_):
        raise error

    return step


def kept(tmp_path) -> dict:
    """The results of the one run there is, which keeps everything that a run keeps."""
    [folder] = (tmp_path / "runs").iterdir()
    parsed((folder / "junit.xml").read_bytes())
    results = json.loads((folder / "results.json").read_text())
    for name in ("report.html", "summary.md"):
        assert results["verdict"] in (folder / name).read_text()
    return results | {"plan": (folder / "plan.txt").read_text()}


@pytest.mark.parametrize(
    ("candidate", "code", "verdict"), [(PASSED, 0, "SAFE"), (FAILED, 1, "BLOCKED"), (told(), 3, "INCONCLUSIVE")]
)
def test_the_exit_code_is_that_of_the_kept_verdict(ask, tmp_path, candidate, code, verdict):
    assert ask(candidate=candidate) == code
    assert (kept(tmp_path)["verdict"], kept(tmp_path)["exit_code"]) == (verdict, code)
    assert "→" not in kept(tmp_path)["plan"]


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Unresolvable("these two clash"), 4),
        (UsageError("no such Python"), 2),
        (ServiceDied("Redis is gone"), 3),
        (PreflightError("no answer"), 3),
        (OSError("disk full"), 3),
        (KeyboardInterrupt(), 3),
        (WaitTimeout("PostgreSQL did not start in time", "not within 60 s"), 3),
        (ProcessExited("PostgreSQL ended with exit code 1", "exit code 1"), 3),
        (RuntimeError("our own bug"), 3),
        (RecursionError(), 3),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_ends_a_run_becomes_a_kept_verdict_and_is_never_taken_for_blocked(ask, tmp_path, error, code):
    assert ask(start_services=error) == code

    results = kept(tmp_path)
    assert results["exit_code"] == code
    assert results["reasons"]
    assert "→  4." in results["plan"]


def test_an_interruption_keeps_what_is_known_so_far(ask, tmp_path):
    assert ask(confirm=KeyboardInterrupt(), candidate=FAILED) == 3

    results = kept(tmp_path)
    assert results["reasons"][0] == "interrupted"
    assert [one["scenario"] for one in results["scenarios"]] == [ONE]
    assert "→  6." in results["plan"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_with_a_kept_verdict(ask, tmp_path, monkeypatch, number):
    def kill(*_):
        os.kill(os.getpid(), number)
        signal.pause()

    monkeypatch.setattr("ci.tests.test_ask._raise", lambda _: kill)

    assert ask(run=None) == 3
    assert kept(tmp_path)["reasons"] == ["interrupted"]


def test_nothing_is_kept_of_a_question_that_cannot_be_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(asking, "RUNS", tmp_path / "runs")
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing")

    with pytest.raises(UsageError):
        asking.ask(Question("old", "new", ("scenarios",)), "container", Screen())
    assert not (tmp_path / "runs").exists()


def test_the_command_that_asked_is_kept_and_can_be_pasted(ask, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.argv", ["ci/__main__.py", "gate", "--candidate", "new; true"])
    ask()

    assert kept(tmp_path)["command"] == "./ci/preflight gate --candidate 'new; true'"


def test_a_report_that_cannot_be_written_changes_no_answer(ask, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(asking, "write", _raise(OSError("disk full")))

    assert ask() == 0
    assert "No report was written: disk full. Try ./ci/preflight report" in capsys.readouterr().err


def test_json_on_standard_output_is_the_kept_results_and_nothing_else(ask, tmp_path, capsys):
    ask(as_json=True)

    shown = json.loads(capsys.readouterr().out)
    assert shown == {key: value for key, value in kept(tmp_path).items() if key != "plan"}
