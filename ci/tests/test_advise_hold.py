"""What is held back and how it is told, with packages made by hand."""

import json
from dataclasses import replace

import pytest

from ci.advise.ascent import Advice
from ci.advise.gates import Passage
from ci.advise.hold import Holder
from ci.advise.words import as_data
from ci.bisect.bench import Bench
from ci.bisect.journal import Journal
from ci.bisect.mixture import Mixtures
from ci.question import Question
from ci.run_folder import RunFolder
from ci.tests.orchard import Made, Quiet, plant
from harness.errors import Unresolvable
from harness.reaper import Reaper


def passage(answer):
    """What a gate says."""
    return Passage(answer, ["because"], [], "run", 1.0)


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store of two stacks, `old` and `new`."""
    with Reaper() as reaper:
        yield plant(tmp_path, monkeypatch, reaper)


@pytest.fixture
def hold(store, tmp_path, monkeypatch):
    """Holds back from `new` what makes a made-up oracle fail."""

    def hold(fails):
        monkeypatch.setattr(Bench, "oracle", lambda *_: Made(fails))
        question = Question("old", "new", ("scenarios",), {"baseline": store.get("old")})
        journal = Journal(RunFolder(tmp_path), "advise.jsonl")
        return Holder(store.get("new"), question, Bench(None, store, None, None), journal, 2, Quiet()).hold(["one"])

    return hold


def steps(held):
    """The pins of the sets one release further."""
    return [one.stack.pins for one in held.beyond().steps]


def test_as_little_as_possible_is_held_back_and_that_as_far_on_as_it_goes(hold, store):
    held = hold(lambda pins: "no" if pins["leaf"] == "2.0" else "")

    assert held.stack.pins == {**store.get("new").pins, "leaf": "1.5"}
    assert steps(held) == [store.get("new").pins]


def test_what_needs_the_held_back_is_held_back_with_it(hold, store):
    held = hold(lambda pins: "no" if pins["core"] in ("2.0", "2.1", "3.0") else "")

    assert held.stack.pins == {**store.get("new").pins, "core": "1.2", "tree": "1.0"}
    assert [one["core"] for one in steps(held)] == ["2.0"], "nobody goes to 2.0rc1, though it is fine"


def test_two_that_break_each_on_its_own_are_both_held_back_and_each_has_a_step_beyond(hold):
    held = hold(lambda pins: "no" if pins["leaf"] == "2.0" or pins["seed"] == "2.0" else "")

    assert (held.stack.pins["leaf"], held.stack.pins["seed"]) == ("1.5", "1.0")
    assert sorted((one["leaf"], one["seed"]) for one in steps(held)) == [("1.5", "2.0"), ("2.0", "1.0")]


def test_the_step_beyond_is_the_nearest_release_even_if_the_search_learnt_nothing_of_it(hold):
    held = hold(lambda pins: {"3.0": "no", "2.1": "no", "2.0": "?", "2.0rc1": "?"}.get(pins["core"], ""))

    assert held.stack.pins["core"] == "1.2"
    assert [one["core"] for one in steps(held)] == ["2.0"]
    assert [one["core"] for one in steps(held.beyond().steps[0])] == ["2.1"]


def test_what_may_have_to_be_held_back_is_held_back_too(hold):
    def fails(pins):
        if pins["leaf"] == "1.0":
            return "" if pins["core"] < "1.2" else "no"
        return "start: no" if pins["core"] == "1.0" else "no"

    held = hold(fails)

    assert (held.found.unclear, held.stack.pins["leaf"], held.stack.pins["core"]) == (("leaf",), "1.0", "1.1")
    assert {(one["leaf"], one["core"]) for one in steps(held)} == {("1.0", "1.2"), ("1.5", "1.1")}


def test_a_part_that_the_others_hold_back_is_named_and_no_step(hold):
    held = hold(lambda pins: "no" if pins["tree"] == "2.0" or pins["core"] > "1.1" else "")
    with_tree = replace(held, versions={**held.versions, "tree": "1.0"})
    beyond = with_tree.beyond()

    assert [one.stack.pins["core"] for one in beyond.steps] == ["1.2"]
    assert beyond.absent == ("tree 2.0: with the rest held tree comes out at 1.0",)


def test_what_has_gone_on_already_does_not_fall_back_for_a_step_of_another_part(hold):
    held = hold(lambda pins: "no" if pins["core"] > "1.1" else "")
    further = replace(held, versions={**held.versions, "tree": "2.0"})

    assert [(one["core"], one["tree"]) for one in steps(further)] == [("2.0", "2.0")]
    assert further.beyond().absent[0] == "core 1.2: with the rest held tree comes out at 1.0"


def test_a_release_that_cannot_be_resolved_is_named_and_the_one_behind_it_taken(hold, monkeypatch):
    resolved = Mixtures.stack

    def stack(mixtures, asked):
        if asked.get("core") == "1.2":
            raise Unresolvable("core 1.2 was withdrawn")
        return resolved(mixtures, asked)

    monkeypatch.setattr(Mixtures, "stack", stack)
    beyond = hold(lambda pins: "no" if pins["core"] > "1.1" else "").beyond()

    assert [one.stack.pins["core"] for one in beyond.steps] == ["2.0"]
    assert beyond.absent == ("core 1.2: core 1.2 was withdrawn",)


# The answer -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(hold, store, preflight, monkeypatch):
    """What the door says of a set that holds leaf back, by what the gate says one step beyond: exit code and text."""

    def told(answer):
        held = hold(lambda pins: "no" if pins["leaf"] == "2.0" else "")
        beyond = ((store.get("new"), passage(answer)),)
        advice = Advice(held.stack, passage("SAFE"), held, beyond, ("core 9.9: not to be had",))
        data = as_data(advice, [passage("SAFE")], store.get("new")) | {"run": "run"}
        monkeypatch.setattr("ci.advise_door.asked", lambda *_: Question("old", "new", ()))
        monkeypatch.setattr("ci.advise_door.advise", lambda *_: json.loads(json.dumps(data)))
        code, output, _ = preflight("advise")
        return code, output.splitlines()

    return told


def test_every_pin_of_the_set_that_was_safe_is_printed_and_nothing_left_open(told, store):
    code, lines = told("BLOCKED")

    pins = {**store.get("new").pins, "leaf": "1.5"}
    assert code == 0
    assert [one for one in lines if "==" in one] == [f"{name}=={version}" for name, version in pins.items()]
    assert any(one.startswith("The furthest that is SAFE, on Python") for one in lines)


def test_what_is_not_shown_to_be_the_furthest_is_not_called_so(told):
    code, lines = told("INCONCLUSIVE")

    assert code == 3
    assert any(one.startswith("SAFE, but not shown to be the furthest, on Python") for one in lines)
    assert "Not shown to be the furthest: new is INCONCLUSIVE: because (run run)" in lines
    assert "Cannot be had: core 9.9: not to be had" in lines
