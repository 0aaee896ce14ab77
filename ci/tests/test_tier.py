"""How much of the scenarios a gate runs, and what it says of the rest."""

import pytest

from ci import gate_door
from ci.gate import REPEATS
from ci.orders import orders
from ci.question import Question
from ci.tests.helpers import ONE, TWO, gate, outcome, told
from ci.tier import Tier, limit


def test_nothing_is_said_when_nothing_was_left_out():
    assert [limit(tier, 3, []) for tier in Tier] == ["", "", ""]


def test_a_quick_answer_says_how_many_scenarios_it_rests_upon():
    assert limit(Tier.QUICK, 3, [ONE, TWO]) == "quick: 3 of 5 scenarios ran"


def test_the_default_says_where_the_long_ones_are():
    said = limit(Tier.DEFAULT, 3, [ONE, TWO, ONE])

    assert said == "3 of 6 scenarios ran: the longest of audit, tasks are left to --full"


@pytest.mark.parametrize(
    ("tier", "selected", "options"),
    [
        (Tier.DEFAULT, (), ["scenarios/tasks"]),
        (Tier.FULL, (), ["scenarios/tasks", "--full"]),
        (Tier.QUICK, (ONE, TWO), ["scenarios/tasks", "--only", "{folder}/only.txt"]),
    ],
)
def test_each_tier_comes_to_options_of_pytest(tmp_path, tier, selected, options):
    made = gate(tmp_path)
    question = Question("old", "new", ("scenarios/tasks",), tier=tier, selected=selected)
    runs = orders(question, {"baseline": None, "candidate": None}, made.folder)

    assert [one.targets for one in runs] == [[one.format(folder=made.folder.path) for one in options]] * 2
    if selected:
        assert (made.folder.path / "only.txt").read_text() == f"{ONE}\n{TWO}\n"


def test_what_one_stack_ran_is_not_left_out(tmp_path):
    old, new = told(outcome("passed")), told(outcome("passed"), outcome("passed", scenario=TWO))
    old.left_out, new.left_out = [TWO, "scenarios/x/y.py::z"], ["scenarios/x/y.py::z"]

    assert gate(tmp_path, old, new).left_out() == ["scenarios/x/y.py::z"]


@pytest.mark.parametrize(("options", "times", "repeats"), [((), 1, REPEATS), (("--times", "5"), 5, 0)])
def test_what_is_run_several_times_is_not_repeated_beside(preflight, monkeypatch, options, times, repeats):
    asked = {}

    def ask(question, *_, repeats, **__):
        asked.update(times=question.times, repeats=repeats)
        return 0

    monkeypatch.setattr(gate_door, "ask", ask)
    preflight("gate", "--area", "tasks", *options)

    assert asked == {"times": times, "repeats": repeats}
