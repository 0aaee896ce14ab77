"""Negative controls: each can be applied to the app as it is, and no fault is without one."""

import shutil

import pytest

from ci.checkout import ROOT, areas
from ci.control import APP, Control, killers, provers, read, sound
from ci.suite import SuiteResult
from ci.tests.helpers import outcome, told
from harness.errors import PreflightError, UsageError
from harness.lanes import LANES

CONTROLS = read([])
UNDER_FAULTS = "scenarios/delivery/test_under_faults.py"
FAULTS = [fault for lane in LANES for fault in lane.rounds]


@pytest.mark.parametrize("control", CONTROLS, ids=[f"{control.area}: {control.name}" for control in CONTROLS])
def test_each_control_changes_the_app_in_one_place_and_names_suites_that_exist(control, tmp_path):
    (tmp_path / control.file).parent.mkdir(parents=True)
    before = None
    if control.replace:
        before = (APP / control.file).read_text()
        shutil.copy(APP / control.file, tmp_path / control.file)

    control.apply(tmp_path)

    assert (tmp_path / control.file).read_text() != before
    assert (APP / control.file).exists() is bool(control.replace)
    assert control.area in areas()
    assert all((ROOT / target.partition("::")[0]).exists() for target in control.targets)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_each_fault_has_a_control_on_which_its_scenario_goes_red(fault):
    targets = [target for control in CONTROLS for target in control.targets]

    assert any(f"{UNDER_FAULTS}::" in target and f"[{fault.name}-" in target for target in targets)


def test_a_control_is_tried_on_the_stack_that_it_or_its_area_names_and_on_latest_otherwise():
    on = {(control.area, control.name): control.on for control in CONTROLS}

    assert on["delivery", "a worker that is asked to end is gone at once"] == "celery-5.5"
    assert on["delivery", "what waits for a second while workers are replaced is of no use any more"] == "celery-5.6"
    assert {stack for (area, _), stack in on.items() if area == "tasks"} == {"latest"}


def test_each_file_of_fault_scenarios_has_a_control():
    targets = {target.partition("::")[0] for control in CONTROLS for target in control.targets}

    assert {str(path.relative_to(ROOT)) for path in (ROOT / "scenarios/delivery").glob("test_*.py")} <= targets


def test_there_are_at_least_twenty_five_and_no_two_have_the_same_name():
    assert len({(control.area, control.name) for control in CONTROLS}) == len(CONTROLS) >= 25


@pytest.mark.parametrize("text", ["nothing of that kind", "e"])
def test_a_control_that_fits_nowhere_or_in_several_places_is_refused(tmp_path, text):
    (tmp_path / "settings.py").write_text("one line, then one more\n")

    with pytest.raises(UsageError, match="occurs"):
        Control("tasks", "x", "settings.py", text, "by", ()).apply(tmp_path)


def test_an_area_without_controls_is_refused():
    with pytest.raises(UsageError, match="has no controls"):
        read(["nowhere"])


@pytest.mark.parametrize("target", ["s/a", "s/a/test_x.py", "s/a/test_x.py::test_y", "s/a/test_x.py::test_y[1-2]"])
def test_a_control_is_proven_by_the_scenarios_that_its_targets_hold(target):
    others = [
        "s/ab/test_x.py::test_y",
        "s/a/test_xy.py::test_y",
        "s/a/test_x.py::test_yz",
        "s/a/test_x.py::test_y[1-20]",
    ]
    mine = "s/a/test_x.py::test_y[1-2]"
    proving = provers(Control("a", "x", "f", "", "by", (target,)), [*others[:3], mine])

    assert mine in proving
    assert others[0] not in proving
    assert provers(Control("a", "x", "f", "", "by", (mine,)), others) == []


class Pytest:
    """A suite whose runs all tell the same; it keeps what it was asked to run."""

    def __init__(self, told):
        self.told = told
        self.asked = []

    def run(self, *orders):
        self.asked += [target for order in orders for target in order.targets]
        return [self.told for _ in orders]


BREAKAGE = Control("tasks", "a new file", "odd.py", "", "", ("s/a.py", "s/b.py"))
NOTHING_LEARNT = {
    "the app does not import": SuiteResult(broken="ImportError"),
    "pytest did not end by itself": SuiteResult(trouble="killed"),
    "a file does not import": SuiteResult(uncollected={"s/a.py": "SyntaxError"}),
}


def pytest_of(**results):
    return Pytest(told(*(outcome(result, scenario=name) for name, result in results.items())))


def test_what_fails_or_is_skipped_on_the_app_as_it_is_can_prove_nothing(tmp_path):
    suite = pytest_of(good="passed", red="failed", away="skipped", lost="unknown")

    assert sound(suite, None, [BREAKAGE], tmp_path) == ["good"]
    assert sorted(suite.asked) == ["s/a.py", "s/b.py"]


def test_a_breakage_is_noticed_by_what_fails_on_it_only(tmp_path):
    seen = [
        killers(pytest_of(one="passed", two=result), None, BREAKAGE, tmp_path / result, ["one", "two"])
        for result in ("passed", "skipped", "failed")
    ]

    assert seen == [[], [], ["two"]]


def test_a_breakage_of_which_one_scenario_did_not_come_to_its_end_is_neither_noticed_nor_a_survivor(tmp_path):
    with pytest.raises(PreflightError, match="nothing was learnt: unknown here"):
        killers(pytest_of(one="failed", two="unknown"), None, BREAKAGE, tmp_path, ["one", "two"])


@pytest.mark.parametrize("nothing", NOTHING_LEARNT.values(), ids=NOTHING_LEARNT)
def test_a_run_that_tells_nothing_is_an_error_with_and_without_a_breakage(nothing, tmp_path):
    for ask in (
        lambda: sound(Pytest(nothing), None, [BREAKAGE], tmp_path),
        lambda: killers(Pytest(nothing), None, BREAKAGE, tmp_path, ["s/a.py::one"]),
    ):
        with pytest.raises(PreflightError, match="nothing was learnt"):
            ask()
