"""The way to the furthest safe set, with a made-up gate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ci.advise.ascent import Beyond, NoAdvice, ascend
from ci.advise.gates import Passage
from ci.tests.helpers import stack

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


def test_a_step_that_is_safe_for_what_blocked_and_not_for_the_rest_is_not_gone():
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
