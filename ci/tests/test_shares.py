"""Parting scenarios among pytest runs that go on at the same time."""

from pathlib import Path

import pytest

from ci.question import ALL
from ci.shares import PATHS, parted, shared, whole
from ci.suite import Order, SuiteResult
from ci.tests.helpers import ONE, ROOT, TWO, outcome, told

FAULTS = "scenarios/delivery/test_under_faults.py"


def owners(path: str, targets: tuple[str, ...]) -> list[str]:
    """The shares whose arguments make pytest collect this file, in its own way to read them."""

    def holds(argument: str) -> bool:
        return Path(path).is_relative_to(argument)

    found = []
    for share in parted(targets):
        taken = [one for one in share.arguments if not one.startswith("--ignore=")]
        ignored = [one.removeprefix("--ignore=") for one in share.arguments if one.startswith("--ignore=")]
        if any(map(holds, taken)) and not any(map(holds, ignored)):
            found.append(share.name)
    return found


def test_every_file_of_scenarios_is_in_one_share_and_no_other():
    files = [str(path.relative_to(ROOT)) for path in (ROOT / "scenarios").rglob("test_*.py")]

    assert {len(owners(path, ALL)) for path in files} == {1}
    assert {owners(path, ALL)[0] for path in files} == set(PATHS)


def test_paths_that_have_a_share_are_there():
    assert all((ROOT / path).exists() for paths in PATHS.values() for path in paths)


@pytest.mark.parametrize(
    ("targets", "names"),
    [
        (("scenarios",), ["walks", "faults", "delivery", "logins", ""]),
        (("scenarios/tasks",), [""]),
        (("scenarios/tasks", "scenarios/audit"), ["logins", ""]),
        (("scenarios/upgrade",), ["walks", "logins"]),
        (("scenarios/delivery",), ["faults", "delivery"]),
        ((FAULTS,), ["faults"]),
        (("scenarios/delivery/test_stops_under_load.py",), ["faults"]),
        ((f"{FAULTS}::test_x[A-early]", ONE), ["faults", "logins"]),
        ((TWO,), [""]),
        (("somewhere/else.py",), [""]),
    ],
)
def test_only_shares_that_get_something_are_run(targets, names):
    assert [share.name for share in parted(targets)] == names


def test_a_scenario_that_is_named_is_asked_for_as_it_is():
    assert [share.arguments for share in parted((f"{FAULTS}::test_x[A-early]",))] == [(f"{FAULTS}::test_x[A-early]",)]


def test_runs_of_an_arm_keep_their_logs_and_their_services_apart(tmp_path):
    runs = shared(Order("baseline", None, ALL, tmp_path / "baseline-again-1"), ["--full"], alone=False)

    assert [one.name for one in runs] == ["-".join(filter(None, ["baseline", name])) for name in PATHS]
    assert len({one.folder for one in runs}) == len({id(one.into) for one in runs}) == len(runs)
    assert all(one.folder.is_dir() and one.folder.name.startswith("baseline-again-1") for one in runs)
    assert all(one.targets[-1] == "--full" for one in runs)


def test_who_asks_for_one_run_gets_one(tmp_path):
    [run] = shared(Order("baseline", None, ALL, tmp_path / "baseline"), [], alone=True)

    assert (run.name, run.targets, run.folder) == ("baseline", ["scenarios"], tmp_path / "baseline")


def test_what_the_shares_told_is_told_as_one():
    first = told(outcome("passed", scenario=ONE))
    second = SuiteResult([TWO], {}, uncollected={"f.py": "ImportError"}, left_out=["x"], trouble="it was killed")

    both = whole([first, second])

    assert both.collected == [ONE, TWO]
    assert both.outcomes == first.outcomes
    assert (both.uncollected, both.left_out, both.trouble) == ({"f.py": "ImportError"}, ["x"], "it was killed")
    assert not both.finished
    assert both.on([])[TWO].result == "unknown"


def test_an_app_that_does_not_import_is_broken_in_the_whole():
    assert whole([SuiteResult(), SuiteResult(broken="ImportError: x")]).broken == "ImportError: x"
