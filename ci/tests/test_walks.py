"""Random walks, as the gate asks for them and tells of them."""

import pytest

from ci.asked import targets_of
from ci.collect import collect
from ci.walks import scenario_of, told
from harness.errors import PreflightError


def test_any_walk_can_be_asked_for_by_its_id():
    assert list(collect([scenario_of(987654, 21)])) == [scenario_of(987654, 21)]


def test_a_walk_is_told_step_by_step_before_it_runs():
    text = told([scenario_of(41, 2)])
    assert text.startswith("The walk of seed 41, 2 steps:\n    1. migrate the database with old\n")
    assert "    8. upgrade web: new takes over\n    9. log in 6 times\n" in text


def test_what_is_no_walk_is_not_told():
    assert told(["scenarios", "scenarios/upgrade/test_walk.py", "scenarios/upgrade/test_walk.py::test_other[x]"]) == ""


def test_a_walk_alone_is_asked_about_alone_and_beside_an_area_in_addition():
    walk = scenario_of(7, 30)
    assert targets_of((), [walk, walk]) == (walk,)
    assert targets_of(["audit"], [walk]) == ("scenarios/audit", walk)


def test_a_walk_that_is_no_number_is_not_collected():
    with pytest.raises(PreflightError, match="cannot be collected"):
        collect(["scenarios/upgrade/test_walk.py::test_a_walk_loses_nothing[seed-x-3]"])
