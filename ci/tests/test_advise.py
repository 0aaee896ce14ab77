"""The way to the furthest safe set, with a made-up gate and with packages made by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci.advise.ascent import Held, NoAdvice, ascend
from ci.advise.gates import Passage
from ci.advise.hold import Holder
from ci.advise.words import lines
from ci.bisect.bench import Bench
from ci.bisect.journal import Journal
from ci.question import Question
from ci.run_folder import RunFolder
from ci.tests.helpers import stack
from ci.tests.orchard import Made, Quiet, plant
from harness.reaper import Reaper
from harness.stack.definition import Definition

SCENARIOS = [f"scenarios/x.py::test_{number}" for number in range(5)]


def passage(blocking, answer=None):
    """What a gate says."""
    return Passage(answer or ("BLOCKED" if blocking else "SAFE"), ["because"], list(blocking), "run", 1.0)


class Ladder:
    """A gate over sets 0, 1, ...: each scenario passes up to a height of its own; and the search that goes with it."""

    def __init__(self, heights, sees):
        self.heights = heights
        self.sees = sees  # how many failures a gate notices at once: others show up only when these are cured
        self.asked = []

    def on(self, candidate, targets):
        """See Asks.on."""
        self.asked.append(candidate.name)
        failing = [one for one, height in self.heights.items() if int(candidate.name) > height]
        mine = [one for one in failing if targets == ["all"] or one in targets]
        return passage(mine[: self.sees])

    def hold(self, scenarios):
        """The highest on which these pass, and the one above it."""
        height = min(self.heights[one] for one in scenarios)
        return Held(None, stack(str(height)), (stack(str(height + 1)),))


@given(st.dictionaries(st.sampled_from(SCENARIOS), st.integers(0, 9)), st.integers(1, 5))
def test_the_advice_is_the_highest_that_is_safe_and_what_is_beyond_it_is_not(heights, sees):
    ladder = Ladder(heights, sees)
    advice = ascend(stack("9"), ["all"], ladder, ladder.hold)

    assert int(advice.stack.name) == min([9, *heights.values()])
    assert advice.passage.is_safe
    assert all(not said.is_safe for _, said in advice.beyond)
    assert bool(advice.beyond) == (min([9, *heights.values()]) < 9)
    assert len(set(ladder.asked)) == len(ladder.asked)


def test_where_the_newest_is_safe_it_takes_one_gate():
    ladder = Ladder({}, 1)

    assert ascend(stack("9"), ["all"], ladder, ladder.hold).held is None
    assert ladder.asked == ["9"]


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


def test_as_little_as_possible_is_held_back_and_that_as_far_on_as_it_goes(hold, store):
    held = hold(lambda pins: "no" if pins["leaf"] == "2.0" else "")

    assert held.stack.pins == {**store.get("new").pins, "leaf": "1.5"}
    assert [one.pins for one in held.beyond] == [store.get("new").pins]


def test_what_needs_the_held_back_is_held_back_with_it(hold, store):
    held = hold(lambda pins: "no" if pins["core"] in ("2.0", "2.1", "3.0") else "")

    assert held.stack.pins == {**store.get("new").pins, "core": "2.0rc1", "tree": "1.0"}
    assert [one.pins["core"] for one in held.beyond] == ["2.0"]


def test_two_that_break_each_on_its_own_are_both_held_back_and_each_has_a_step_beyond(hold):
    held = hold(lambda pins: "no" if pins["leaf"] == "2.0" or pins["seed"] == "2.0" else "")

    assert (held.stack.pins["leaf"], held.stack.pins["seed"]) == ("1.5", "1.0")
    assert sorted((one.pins["leaf"], one.pins["seed"]) for one in held.beyond) == [("1.5", "2.0"), ("2.0", "1.0")]


def test_the_lines_name_the_apps_own_packages_and_what_is_held_back(hold, store):
    held = hold(lambda pins: "no" if pins["leaf"] == "2.0" else "")
    wanted = Definition("new", store.get("new").python.minor, None, ("tree", "seed"))
    advice = ascend(held.stack, [], Ladder({}, 1), lambda _: held)

    assert lines(advice, wanted, store.get("new"), store) == ["tree==2.0", "seed==2.0", "leaf==1.5"]
