"""Which of the collected scenarios run."""

import pytest

from harness.selection import Selection, ids_in, named

ONE, TWO = "scenarios/audit/test_x.py::test_one", "scenarios/audit/test_x.py::test_two[a-1]"


def test_what_is_left_to_the_long_form_runs_there_alone():
    assert not Selection().takes(ONE, long=True)
    assert Selection(full=True).takes(ONE, long=True)
    assert Selection().takes(ONE, long=False)


@pytest.mark.parametrize("long", [True, False])
def test_only_what_is_listed_runs_however_it_is_marked(long):
    selection = Selection(only=frozenset({ONE}))

    assert selection.takes(ONE, long=long)
    assert not selection.takes(TWO, long=long)


def test_what_is_known_is_left_out_of_whatever_else_is_selected():
    for selection in (Selection(known=frozenset({ONE})), Selection(only=frozenset({ONE}), known=frozenset({ONE}))):
        assert not selection.takes(ONE, long=False)


@pytest.mark.parametrize(
    ("argument", "scenario", "taken"),
    [
        (ONE, ONE, True),
        (TWO, TWO, True),
        (TWO.partition("[")[0], TWO, True),
        (ONE, f"{ONE}_more", False),
        (ONE.partition("::")[0], ONE, False),
    ],
)
def test_a_scenario_that_is_named_by_its_id_always_runs(argument, scenario, taken):
    selection = Selection(named=named(["--full", argument]), only=frozenset(), known=frozenset({scenario}))

    assert selection.takes(scenario, long=True) is taken


def test_ids_are_read_one_in_a_line_and_no_file_is_no_limit(tmp_path):
    (tmp_path / "ids").write_text(f"{ONE}\n{TWO}\n")

    assert ids_in(str(tmp_path / "ids")) == {ONE, TWO}
    assert ids_in(None) is None
