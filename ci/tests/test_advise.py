"""The way to the furthest safe set, with a made-up gate and with packages made by hand."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci.advise.ascent import Advice, Beyond, NoAdvice, ascend
from ci.advise.gates import Passage
from ci.advise.hold import Holder
from ci.advise.words import as_data
from ci.bisect.bench import Bench
from ci.bisect.journal import Journal
from ci.bisect.mixture import Mixtures
from ci.question import Question
from ci.run_folder import RunFolder
from ci.tests.helpers import stack
from ci.tests.orchard import Made, Quiet, plant
from harness.errors import Unresolvable
from harness.reaper import Reaper

SCENARIOS = [f"scenarios/x.py::test_{number}" for number in range(5)]


def passage(blocking, answer=None):
    """What a gate says."""
    return Passage(answer or ("BLOCKED" if blocking else "SAFE"), ["because"], list(blocking), "run", 1.0)


class Ladder:
    """A gate over sets 0, 1, ...: each scenario passes up to a height of its own; and the search that goes with it."""

    def __init__(self, heights, sees, timid=0):
        self.heights = heights
        self.sees = sees  # how many failures a gate notices at once: others show up only when these are cured
        self.timid = timid  # by how much the search holds back too much
        self.asked = []

    def on(self, candidate, targets):
        """See Asks.on."""
        self.asked.append((candidate.name, tuple(targets)))
        failing = [one for one, height in self.heights.items() if int(candidate.name) > height]
        mine = [one for one in failing if targets == ["all"] or one in targets]
        return passage(mine[: self.sees])

    def hold(self, scenarios):
        """The highest on which these pass, or a bit below."""
        height = min(self.heights[one] for one in scenarios)
        return Rung(max(height - self.timid, 0))


class Rung:
    """See Held."""

    found = None

    def __init__(self, height):
        self.stack = stack(str(height))

    def beyond(self):
        """The one above."""
        return Beyond((Rung(int(self.stack.name) + 1),), ())


@given(st.dictionaries(st.sampled_from(SCENARIOS), st.integers(0, 9)), st.integers(1, 5), st.integers(0, 2))
def test_the_advice_is_the_highest_that_is_safe_and_what_is_beyond_it_is_not(heights, sees, timid):
    ladder = Ladder(heights, sees, timid)
    advice = ascend(stack("9"), ["all"], ladder, ladder.hold)

    assert int(advice.stack.name) == min([9, *heights.values()])
    assert advice.passage.is_safe
    assert [said.answer for _, said in advice.beyond] == ["BLOCKED"] * len(advice.beyond)
    assert bool(advice.beyond) == (min([9, *heights.values()]) < 9)
    assert len(set(ladder.asked)) == len(ladder.asked)
    assert not advice.doubts


def test_a_step_that_is_safe_for_what_blocked_and_not_for_the_rest_is_not_gone(monkeypatch):
    ladder = Ladder({SCENARIOS[0]: 3}, 1, timid=1)
    ladder.on = lambda one, targets: passage(
        [SCENARIOS[0]] if int(one.name) > 3 else [SCENARIOS[1]] if one.name == "3" and targets == ["all"] else []
    )
    advice = ascend(stack("9"), ["all"], ladder, ladder.hold)

    assert advice.stack.name == "2"
    assert [(one.name, said.blocking) for one, said in advice.beyond] == [("3", [SCENARIOS[1]])]


def test_a_step_of_which_the_gate_is_not_certain_leaves_it_open_how_far_one_can_go():
    ladder = Ladder({SCENARIOS[0]: 3}, 1)
    told = ladder.on
    ladder.on = lambda one, targets: passage([], "INCONCLUSIVE") if one.name == "4" else told(one, targets)
    advice = ascend(stack("9"), ["all"], ladder, ladder.hold)

    assert advice.stack.name == "3"
    assert advice.doubts == ["4 is INCONCLUSIVE: because (run run)"]


def test_where_no_step_can_be_had_it_is_open_how_far_one_can_go(monkeypatch):
    monkeypatch.setattr(Rung, "beyond", lambda _: Beyond((), ("core 2.0: tree needs another",)))
    ladder = Ladder({SCENARIOS[0]: 3}, 1)
    advice = ascend(stack("9"), ["all"], ladder, ladder.hold)

    assert advice.absent == ("core 2.0: tree needs another",)
    assert advice.doubts == ["no set one release further can be had, so none could be asked about"]


def test_where_the_newest_is_safe_it_takes_one_gate():
    ladder = Ladder({}, 1)

    assert ascend(stack("9"), ["all"], ladder, ladder.hold).held is None
    assert ladder.asked == [("9", ("all",))]


@pytest.mark.parametrize("answer", ["INCONCLUSIVE", "BLOCKED"])
def test_an_answer_that_gives_nothing_to_go_by_ends_it(answer):
    ladder = Ladder(dict.fromkeys(SCENARIOS, 3), 1)
    ladder.on = lambda *_: passage([SCENARIOS[0]] if answer == "BLOCKED" else [], answer)
    with pytest.raises(NoAdvice, match=rf"{answer} on .*because \(run run\)"):
        ascend(stack("9"), ["all"], ladder, ladder.hold)


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

    assert held.stack.pins == {**store.get("new").pins, "core": "2.0rc1", "tree": "1.0"}
    assert [one["core"] for one in steps(held)] == ["2.0"]


def test_two_that_break_each_on_its_own_are_both_held_back_and_each_has_a_step_beyond(hold):
    held = hold(lambda pins: "no" if pins["leaf"] == "2.0" or pins["seed"] == "2.0" else "")

    assert (held.stack.pins["leaf"], held.stack.pins["seed"]) == ("1.5", "1.0")
    assert sorted((one["leaf"], one["seed"]) for one in steps(held)) == [("1.5", "2.0"), ("2.0", "1.0")]


def test_the_step_beyond_is_the_nearest_release_even_if_the_search_learnt_nothing_of_it(hold):
    held = hold(lambda pins: {"3.0": "no", "2.1": "no", "2.0": "?", "2.0rc1": "?"}.get(pins["core"], ""))

    assert held.stack.pins["core"] == "1.2"
    assert [one["core"] for one in steps(held)] == ["2.0rc1"]
    assert [one["core"] for one in steps(held.beyond().steps[0])] == ["2.0"]


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
    assert beyond.absent == ("tree 2.0: with the others held it stays at 1.0",)


def test_a_release_that_cannot_be_resolved_is_named_and_the_one_behind_it_taken(hold, monkeypatch):
    resolved = Mixtures.stack

    def stack(mixtures, asked):
        if asked.get("core") == "1.2":
            raise Unresolvable("core 1.2 was withdrawn")
        return resolved(mixtures, asked)

    monkeypatch.setattr(Mixtures, "stack", stack)
    beyond = hold(lambda pins: "no" if pins["core"] > "1.1" else "").beyond()

    assert [one.stack.pins["core"] for one in beyond.steps] == ["2.0rc1"]
    assert beyond.absent == ("core 1.2: core 1.2 was withdrawn",)


# The answer -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(hold, store, preflight, monkeypatch):
    """What the door says of a set that holds leaf back, by what the gate says one step beyond: exit code and text."""

    def told(answer):
        held = hold(lambda pins: "no" if pins["leaf"] == "2.0" else "")
        beyond = ((store.get("new"), passage([], answer)),)
        advice = Advice(held.stack, passage([]), held, beyond, ("core 9.9: not to be had",))
        data = as_data(advice, [passage([])], store.get("new")) | {"run": "run"}
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
