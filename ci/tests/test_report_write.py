"""The report of a run, written anew from its folder alone."""

import json
import shutil
import sys

import pytest

from ci import door as doors
from ci.tests.report_runs import finished, life, stopped, with_history


@pytest.fixture
def report(tmp_path, monkeypatch, capfd):
    """Calls `preflight report`: (exit code, standard output, standard error)."""

    def report(*arguments: str):
        monkeypatch.setattr("ci.door.RUNS", tmp_path)
        monkeypatch.setattr(sys, "argv", ["preflight", "report", *arguments])
        try:
            doors.main()
        except SystemExit as end:
            return end.code, *capfd.readouterr()
        return 0, *capfd.readouterr()

    return report


def test_it_is_written_into_the_run_and_told_where(report, tmp_path):
    run = finished(tmp_path)

    assert report(run.name) == (0, f"{run.path}/report.html\n{run.path}/summary.md\n", "")
    assert "BLOCKED" in (run.path / "report.html").read_text()
    assert "BLOCKED" in (run.path / "summary.md").read_text()


def test_a_run_that_was_moved_has_the_same_report_again(report, tmp_path):
    run = with_history(finished(tmp_path / "here"), *life("a", 0))
    report(str(run.path))
    elsewhere = shutil.move(run.path, tmp_path / "there" / run.name)
    before = (elsewhere / "report.html").read_text()
    (elsewhere / "report.html").unlink()

    assert report(str(elsewhere))[0] == 0
    assert (elsewhere / "report.html").read_text() == before


@pytest.mark.parametrize("made", [finished, stopped])
def test_results_with_a_part_missing_are_one_clear_line_and_no_traceback(report, tmp_path, made):
    run = made(tmp_path)
    whole = run.read_results()
    needed = ("verdict", "reasons", "seconds", "services", "baseline", "candidate", "steps", "scenarios", "findings")
    for key in needed:
        (run.path / "results.json").write_text(json.dumps({name: one for name, one in whole.items() if name != key}))
        code, out, err = report("latest")

        assert (code, out) == (2, "")
        assert err == f"preflight: run {run.name}: no report can be made of its results.json: KeyError: '{key}'\n"


@pytest.mark.parametrize(("run", "said"), [("nope", "no run is called 'nope'"), ("latest", "none yet")])
def test_a_run_that_is_not_there_is_one_clear_line(report, run, said):
    code, out, err = report(run)

    assert (code, out) == (2, "")
    assert said in err
    assert err.count("\n") == 1
