"""--changed-only: nothing is run when no pin that the app takes has moved."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from ci import gate_door
from ci.pins.listing import Listing
from ci.tests.helpers import stack
from harness.errors import Unresolvable
from harness.stack.pythons import Python

FILES = ("--baseline-requirements", "old.txt", "--candidate-requirements", "new.txt")


@pytest.fixture
def ask(preflight, monkeypatch, tmp_path):
    """Asks `gate --changed-only` about files whose stacks hold these releases of Celery; what the gate is asked."""
    asked = []
    monkeypatch.setattr(gate_door, "ask", lambda question, *_, **__: asked.append(question) or 1)
    monkeypatch.chdir(tmp_path)
    for name in ("old.txt", "new.txt"):
        (tmp_path / name).write_text("celery==5.3.6\n")

    def ask(old, new, *more):
        found = {"old.txt": old, "new.txt": new}
        monkeypatch.setattr("ci.pins.stacks.Pins.stack", lambda pins, _: _stack(pins.name, found[pins.name]))
        return preflight("gate", "--changed-only", *FILES, *more), asked

    return ask


def _stack(name, celery):
    if celery is None:
        raise Unresolvable("these two clash")
    return stack(name, celery)


def test_pins_that_come_to_the_same_are_safe_at_once_and_nothing_is_asked(ask, runs):
    (code, output, _), asked = ask("5.3.6", "5.3.6")

    assert (code, asked) == (0, [])
    assert output == "SAFE: nothing to ask: the 1 packages that the app takes are the same in old.txt and new.txt\n"
    assert not runs.exists()


def test_a_program_reads_the_same_as_json(ask):
    (code, output, _), _ = ask("5.3.6", "5.3.6", "--json")

    assert (code, json.loads(output)["verdict"], json.loads(output)["moved"]) == (0, "SAFE", {})


def test_a_pin_that_moved_is_asked_about_with_the_stacks_that_were_resolved(ask):
    (code, output, _), [question] = ask("5.3.6", "5.6.3")

    assert (code, output) == (1, "Moved: celery 5.3.6 → 5.6.3\n")
    assert {arm: one.pins["celery"] for arm, one in question.locks.items()} == {
        "baseline": "5.3.6",
        "candidate": "5.6.3",
    }
    assert question.pins == {}


def test_pins_that_clash_are_left_to_the_gate_which_keeps_a_run_of_it(ask):
    (code, _, _), [question] = ask("5.3.6", None)

    assert code == 1
    assert set(question.pins) == {"baseline", "candidate"}


def test_what_a_lock_has_for_a_group_alone_is_nothing_to_ask_about_where_it_is_the_same_in_both(ask, monkeypatch):
    def from_disk(path):
        return Listing(path, (Requirement("celery"),), left_out={"redis": "6.4.0"})

    monkeypatch.setattr("ci.pins.arms.from_disk", from_disk)
    (code, output, _), asked = ask("5.3.6", "5.3.6")

    assert (code, asked) == (0, [])
    assert output.startswith("SAFE: nothing to ask")


def test_another_python_is_a_change_as_well(ask, monkeypatch):
    newer = replace(stack(), python=Python(Path("/no/python"), "3.12.1"))
    monkeypatch.setattr("ci.changed._resolved", lambda _: {"baseline": stack(), "candidate": newer})
    (code, output, _), _ = ask("5.3.6", "5.3.6")

    assert (code, output) == (1, "Moved: Python 3.11.7 → 3.12.1\n")
