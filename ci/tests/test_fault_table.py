"""The table of faults, from outcomes made by hand."""

from ci.comparison import Comparison
from ci.fault_table import COLUMNS, recorded, rows
from ci.tests.helpers import compared
from harness.outcomes import Outcome

ONE = "scenarios/delivery/test_faults.py::test_one[REDIS_CUT-late]"
TWO = "scenarios/delivery/test_faults.py::test_two[REDIS_CUT-late]"


def faulty(result: str = "passed", **figures: object) -> Outcome:
    observed = {"fault": "REDIS_CUT", "setting": "late", "lost": 0, "duplicated": 0, "recovered": 0, **figures}
    return Outcome(ONE, result, observations={"figures": observed})


def cells(old: Outcome, new: Outcome) -> dict[str, str]:
    [row] = rows([Comparison(ONE, old, new)])
    return dict(zip(COLUMNS, row, strict=True))


def test_a_figure_that_is_the_same_on_both_stands_once():
    assert cells(faulty(lost=1), faulty(lost=1))["lost"] == "1"


def test_a_figure_that_differs_stands_twice_the_baseline_first():
    assert cells(faulty(duplicated=0), faulty(duplicated=3))["duplicated"] == "0 → 3"


def test_a_figure_of_what_did_not_pass_is_marked():
    assert cells(faulty(lost=1), faulty("failed", lost=1))["lost"] == "1 → 1!"


def test_a_figure_that_is_not_there_is_a_dash():
    assert cells(faulty(), faulty())["seconds to resume"] == "·"


def test_a_stack_that_observed_nothing_has_dashes_and_the_row_its_names():
    row = cells(Outcome(ONE, "failed"), faulty(lost=2))
    assert (row["fault"], row["setting"], row["lost"]) == ("REDIS_CUT", "late", "·! → 2")


def test_scenarios_that_observed_one_fault_share_a_row_and_each_marks_its_own_figures():
    resumed = Outcome(
        TWO, "failed", observations={"figures": {"fault": "REDIS_CUT", "setting": "late", "left unacked": 3}}
    )
    [row] = rows([Comparison(ONE, faulty(lost=1), faulty(lost=2)), Comparison(TWO, resumed, resumed)])
    told = dict(zip(COLUMNS, row, strict=True))
    assert (told["lost"], told["left unacked"], told["seconds to resume"]) == ("1 → 2", "3!", "·!")


def test_a_scenario_without_a_fault_has_no_row():
    assert rows([compared("passed", "passed")]) == []


def test_a_run_that_was_kept_has_the_same_rows():
    sides = faulty(lost=1), faulty("failed", lost=2)
    arms = zip(("baseline", "candidate"), sides, strict=True)
    kept = {arm: {"result": one.result, "observations": one.observations} for arm, one in arms}
    assert recorded({"scenarios": [kept]}) == rows([Comparison(ONE, *sides)])


def test_a_kept_scenario_that_observed_nothing_has_no_row():
    assert recorded({"scenarios": [{arm: {"result": "passed"} for arm in ("baseline", "candidate")}]}) == []
