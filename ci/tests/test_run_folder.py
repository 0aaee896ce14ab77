"""The folder of a run."""

import re

import pytest

from ci.run_folder import RunFolder
from ci.tests.helpers import stack
from harness.errors import UsageError

OLD, NEW, NEWER = "20260228T235959Z-ffff", "20260301T030000Z-0a0b", "20260301T030000Z-1a2b"


@pytest.fixture
def runs(tmp_path):
    """A folder with three finished runs and one that was cut short."""
    for name in (NEWER, OLD, NEW):
        (tmp_path / name).mkdir()
        RunFolder(tmp_path / name).write_results({"verdict": "SAFE"})
    (tmp_path / "20260302T000000Z-cccc").mkdir()
    return tmp_path


def test_a_new_one_is_named_after_now_and_an_own_id(tmp_path):
    first, second = RunFolder.create(tmp_path / "runs"), RunFolder.create(tmp_path / "runs")

    assert first.name != second.name
    assert all(re.fullmatch(r"\d{8}T\d{6}Z-[0-9a-f]{4}", one.name) and one.path.is_dir() for one in (first, second))


@pytest.mark.parametrize(
    ("asked", "found"),
    [(OLD, OLD), ("20260228", OLD), ("20260301T030000Z-0", NEW), ("latest", NEWER)],
    ids=["name", "day", "prefix", "latest"],
)
def test_a_run_is_found_by_name_by_its_beginning_and_as_the_latest(runs, asked, found):
    assert RunFolder.find(runs, asked).path == runs / found


def test_a_run_is_found_by_its_path_wherever_it_is(runs, tmp_path, monkeypatch):
    monkeypatch.chdir(runs)
    elsewhere = tmp_path / "elsewhere"

    assert RunFolder.find(elsewhere, str(runs / OLD)).path == runs / OLD
    assert RunFolder.find(elsewhere, f"./{OLD}").path == runs / OLD
    assert RunFolder.find(elsewhere, OLD).name == OLD


def test_several_fitting_runs_are_refused_with_their_number(runs):
    with pytest.raises(UsageError, match=f"2 runs are called '20260301'.*{NEWER}"):
        RunFolder.find(runs, "20260301")


def test_an_unknown_run_is_refused_with_the_last_ones(runs):
    with pytest.raises(UsageError, match=f"no run is called 'nope'.*{OLD}, {NEW}, {NEWER}"):
        RunFolder.find(runs, "nope")


def test_a_run_that_was_cut_short_cannot_be_found(runs):
    with pytest.raises(UsageError, match="no run is called"):
        RunFolder.find(runs, "20260302T000000Z-cccc")


@pytest.mark.parametrize("asked", ["latest", "anything"])
def test_where_no_run_is_the_answer_says_so(tmp_path, asked):
    with pytest.raises(UsageError, match="none yet"):
        RunFolder.find(tmp_path / "runs", asked)


def test_results_come_back_as_they_were_written(tmp_path):
    results = {"verdict": "BLOCKED", "reasons": ["é \x1b[31m \ud800", ""], "steps": [{"seconds": None}]}
    RunFolder(tmp_path).write_results(results)

    assert RunFolder(tmp_path).read_results() == {"schema": 1, **results}
    assert [path.name for path in tmp_path.iterdir()] == ["results.json"]


@pytest.mark.parametrize("text", ["", "{", "nonsense", "[]", '"text"', "null"])
def test_results_that_are_none_are_refused_with_the_runs_name(tmp_path, text):
    (tmp_path / "results.json").write_text(text)

    with pytest.raises(UsageError, match=tmp_path.name):
        RunFolder(tmp_path).read_results()


def test_results_that_are_not_even_text_are_refused(tmp_path):
    (tmp_path / "results.json").write_bytes(b"\xff\xfe")

    with pytest.raises(UsageError, match="cannot be read"):
        RunFolder(tmp_path).read_results()


def test_results_that_are_not_there_are_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        RunFolder(tmp_path).read_results()


@pytest.mark.parametrize("text", ["{}", '{"schema": 0}', '{"schema": 2}', '{"schema": "1"}'])
def test_results_of_another_version_are_refused(tmp_path, text):
    (tmp_path / "results.json").write_text(text)

    with pytest.raises(UsageError, match="another version of preflight"):
        RunFolder(tmp_path).read_results()


def test_a_lock_is_kept_to_the_letter(tmp_path):
    folder = RunFolder(tmp_path)
    folder.write_lock("baseline", stack())

    assert folder.read_lock("baseline") == stack().lock.text


def test_a_run_that_ended_before_its_stacks_were_resolved_says_so(tmp_path):
    with pytest.raises(UsageError, match="before its stacks were resolved"):
        RunFolder(tmp_path).read_lock("candidate")


def test_a_step_has_one_folder_however_often_it_is_asked_for(tmp_path):
    folder = RunFolder(tmp_path)

    assert folder.step_folder("baseline") == folder.step_folder("baseline") == tmp_path / "baseline"
    assert (tmp_path / "baseline").is_dir()
