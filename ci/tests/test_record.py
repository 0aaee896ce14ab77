"""The record of the scenarios, and what --quick makes of it."""

import json

import pytest

from ci.checkout import RECORD
from ci.collect import collect
from ci.record import CONTROL, UPGRADE, Breakage, Entry, Record, made_of, read, write
from ci.run_folder import CONTROLS, RunFolder
from ci.tests.helpers import ONE, TWO, outcome
from ci.tier import QUICK_SECONDS
from harness.errors import UsageError

THREE = "scenarios/tasks/test_mail.py::test_three"


def scenario(name: str, change: str, old: str, new: str, seconds: float = 1.0) -> dict:
    """One entry of results.json."""
    arms = {
        arm: {"result": result, "cause": outcome(result, f"port 123{number}").cause, "seconds": seconds + number}
        for number, (arm, result) in enumerate({"baseline": old, "candidate": new}.items())
    }
    return {"scenario": name, "change": change, **arms}


def run(*scenarios: dict, old: str = "a", new: str = "b") -> dict:
    """Results of a gate."""
    return {
        "run": "20260301T030000Z-1a2b",
        "baseline": {"name": old},
        "candidate": {"name": new},
        "scenarios": scenarios,
    }


SAME = ("same", "passed", "passed")
WORSE = ("regressed", "passed", "failed")
BETTER = ("fixed", "failed", "passed")


def test_what_an_upgrade_broke_or_fixed_was_noticed_and_nothing_else_was():
    both = ("broken in both", "failed", "failed")
    record = made_of([run(scenario(ONE, *WORSE), scenario(TWO, *BETTER), scenario(THREE, *both))])

    assert {one: bool(entry.noticed) for one, entry in record.scenarios.items()} == {ONE: True, TWO: True, THREE: False}
    assert {one.words for one in record.breakages.values()} == {"a → b: port #"}
    assert {one.kind for one in record.breakages.values()} == {UPGRADE}


def test_a_cause_between_other_stacks_is_another_breakage():
    record = made_of([run(scenario(ONE, *WORSE)), run(scenario(ONE, *WORSE), new="c")])

    assert len(record.scenarios[ONE].noticed) == len(record.breakages) == 2


def test_values_that_were_compared_in_one_file_are_one_breakage():
    pair = [scenario(one, *WORSE) for one in (ONE, TWO, THREE)]
    for number, one in enumerate(pair):
        one["candidate"]["cause"] = f"AssertionError: assert {'x' * number} == y"
    record = made_of([run(*pair)])

    assert {one.words.partition(": ")[2] for one in record.breakages.values()} == {
        "an assertion of scenarios/audit/test_login.py",
        "an assertion of scenarios/tasks/test_mail.py",
    }


def test_a_control_is_a_breakage_for_whoever_noticed_it():
    record = made_of([run(scenario(ONE, *SAME)), {"run": "x", "controls": {"audit: dropped": [ONE], "audit: odd": []}}])

    assert [record.breakages[one] for one in record.scenarios[ONE].noticed] == [Breakage(CONTROL, "audit: dropped")]


def test_a_scenario_costs_the_most_that_it_took_and_waiting_in_vain_counts():
    runs = [run(scenario(ONE, *SAME, 1.0)), run(scenario(ONE, *SAME, 5.0)), run(scenario(ONE, *WORSE, 3.0))]

    assert made_of(runs).scenarios[ONE].seconds == 6.0
    assert made_of(runs[-1:]).scenarios[ONE].seconds == 4.0  # on the candidate, where it failed


def test_what_others_had_started_for_it_is_part_of_what_a_scenario_costs():
    """The first of a test's parameters pays for the parts that they share."""
    first, second = f"{ONE}[first]", f"{ONE}[second]"
    record = made_of([run(scenario(first, *SAME, 20.0), scenario(second, *WORSE, 0.0))])

    assert (record.cost(first), record.cost(second)) == (21.0, 21.0)
    assert (record.quick(20), record.quick(22)) == ([], [second])


@pytest.mark.parametrize("change", ["flaky", "unknown"])
def test_what_swayed_once_is_never_quick(change):
    doubtful = run(scenario(ONE, change, "passed", "failed"))
    record = made_of([run(scenario(ONE, *WORSE)), doubtful])

    assert record.scenarios[ONE].doubtful
    assert record.quick(100) == []
    assert made_of([run(scenario(ONE, *WORSE))]).quick(100) == [ONE]


def test_upgrades_come_before_controls_which_get_what_is_left_of_the_time():
    breakages = {"u": Breakage(UPGRADE, "u"), "c": Breakage(CONTROL, "c"), "d": Breakage(CONTROL, "d")}
    entries = {ONE: Entry(6.0, ("u",)), TWO: Entry(1.0, ("c", "d")), THREE: Entry(5.0, ("u", "c"))}
    record = Record((), breakages, entries)

    assert record.quick(5.5) == [THREE]
    assert record.quick(6.5) == [THREE, TWO]
    assert record.quick(0.5) == []


def test_a_record_that_was_written_is_read_as_it_was_a_line_for_each_scenario(tmp_path):
    record = made_of([run(scenario(ONE, *WORSE), scenario(TWO, *SAME))])
    write(tmp_path / "record.json", record)

    assert read(tmp_path / "record.json") == record
    assert sum("scenarios/" in line for line in (tmp_path / "record.json").read_text().splitlines()) == 2


@pytest.mark.parametrize("text", ["", "[]", '{"runs": []}', '{"runs": [], "breakages": {}, "scenarios": {"a": {}}}'])
def test_what_is_no_record_is_said_in_one_line(tmp_path, text):
    (tmp_path / "record.json").write_text(text)

    with pytest.raises(UsageError, match="holds no record of scenarios"):
        read(tmp_path / "record.json")


def test_the_record_is_rewritten_from_runs_of_the_gate_and_of_controls(preflight, runs, tmp_path, monkeypatch):
    monkeypatch.setattr("ci.record_door.RECORD", tmp_path / "record.json")
    gate, controls = RunFolder.create(runs), RunFolder.create(runs)
    gate.write_results(run(scenario(ONE, *WORSE), scenario(TWO, *SAME)))
    (controls.path / CONTROLS).write_text(json.dumps({"tasks: odd": [TWO]}))
    code, output, complaint = preflight("record", gate.name, controls.name)

    assert (code, complaint) == (0, "")
    assert "2 scenarios, 2 breakages from 2 runs" in output
    assert f"2.0 s  {ONE}" in output
    assert read(tmp_path / "record.json").quick(QUICK_SECONDS) == [ONE, TWO]


# The committed one ----------------------------------------------------------------------------------------------------

ROWS = {
    "U01": "plan-2023 → plan-today: ModuleNotFoundError: No module named 'packaging'",
    "U04": "celery-5.5+django-celery-beat==2.7.0 → celery-5.5+django-celery-beat==2.8.0: ",
    "U08": "celery-5.5 → celery-5.6: AssertionError: RuntimeError",
}


@pytest.mark.parametrize("row", ROWS)
def test_what_is_quick_has_noticed_what_upgrades_broke_before(row):
    record = read(RECORD)
    noticed = {one for scenario in record.quick(QUICK_SECONDS) for one in record.scenarios[scenario].noticed}

    assert any(record.breakages[one].words.startswith(ROWS[row]) for one in noticed)


def test_what_is_quick_still_exists_and_is_of_more_than_half_of_the_areas():
    quick = read(RECORD).quick(QUICK_SECONDS)

    assert set(quick) <= set(collect(("scenarios",)))
    assert len({one.split("/")[1] for one in quick}) >= 4
