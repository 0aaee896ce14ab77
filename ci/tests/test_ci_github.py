"""GitHub's action: its steps, run as they are written."""

import os
import sys

import pytest

from ci.tests.ci_jobs import ACTION, INSTALL, SAID, SEVERAL_LINES, fake
from ci.tests.helpers import ROOT


def in_a_fence(words: str, name: str = "preflight") -> str:
    """The summary where there is no report: whose words these are, and the words as they were."""
    return f"## {name}\n\n```\n{words}\n```\n"


@pytest.mark.parametrize("code", [0, 1, 3, 4])
def test_the_answer_is_the_outcome_with_the_report_as_artifact_and_the_summary_in_the_job(runner, code):
    runner.preflight(fake(code))

    assert runner.run(ACTION, arguments="--quick --candidate celery-5.6") == code
    assert runner.read("workspace/asked.txt").split() == ["gate", "--quick", "--candidate", "celery-5.6"]
    assert runner.read("GITHUB_STEP_SUMMARY") == "## the answer\n"
    kept = {"summary.md", "report.html", "asked.txt", "said.txt", "baseline"}
    assert {path.name for path in runner.report().iterdir()} == kept


@pytest.mark.parametrize("code", [0, 2])
def test_where_nothing_ran_the_last_words_are_the_summary(runner, code):
    runner.preflight(fake(code, run=""))

    assert runner.run(ACTION, arguments="--changed-only", name="this change") == code
    assert runner.read("GITHUB_STEP_SUMMARY") == in_a_fence(SAID[code], name="this change")


def test_the_last_words_are_no_markdown(runner):
    hostile = "BLOCKED: @team ![it](https://example.org/x.png) <!-- ```"
    runner.preflight(fake(1, run="", then=f"echo '{hostile}'"))
    runner.run(ACTION, arguments="--quick")

    words = "BLOCKED: @team ![it](https://example.org/x.png) !-- "
    assert runner.read("GITHUB_STEP_SUMMARY") == in_a_fence(f"{words}\n{SAID[1]}")


def test_a_report_that_could_not_be_written_takes_nothing_from_the_answer_and_the_evidence(runner):
    runner.preflight(fake(0, then='rm "$run/summary.md"'))

    assert runner.run(ACTION, arguments="--quick") == 0
    assert runner.read("GITHUB_STEP_SUMMARY") == in_a_fence(SAID[0])
    assert (runner.report() / "baseline").is_dir()


def test_evidence_that_cannot_be_copied_takes_nothing_from_the_answer(runner):
    runner.preflight(fake(0))
    runner.program("cp", "exit 1")

    assert runner.run(ACTION, arguments="--quick") == 0
    assert runner.read("GITHUB_STEP_SUMMARY") == in_a_fence(SAID[0])
    assert runner.used["actions/cache/save"]["key"].startswith(runner.outputs["steps.key.outputs.prefix"])


def test_a_gate_that_is_killed_leaves_what_there_is_and_no_answer(runner):
    step = "$(cut -d ' ' -f 6 /proc/$$/stat)"  # the shell that runs the step: it leads the session
    runner.preflight(fake(0, then=f"kill -KILL {step}"))

    assert runner.run(ACTION, arguments="--quick", name="on to 5.6") == 3
    assert runner.outputs["steps.gate.outputs.report"] == str(runner.report())
    assert (runner.report() / "baseline").is_dir()
    assert runner.read("GITHUB_STEP_SUMMARY").startswith("## ⚠️ No answer: on to 5.6\n")
    assert (runner.report() / "summary.md").read_text() == runner.read("GITHUB_STEP_SUMMARY")
    assert "actions/cache/save" in runner.used


ENDLESS = f"""#!{sys.executable}
import signal, sys
try:
    signal.pause()
except KeyboardInterrupt:
    print("INCONCLUSIVE: interrupted")
    sys.exit(3)
"""


def test_a_gate_that_takes_too_long_is_interrupted_and_says_what_it_knows(runner):
    runner.preflight(ENDLESS)

    assert runner.run(ACTION, arguments="--quick", minutes="0.05") == 3
    assert runner.read("GITHUB_STEP_SUMMARY") == in_a_fence("INCONCLUSIVE: interrupted")


def test_the_evidence_of_an_earlier_question_is_not_taken_for_that_of_this_one(runner):
    runner.preflight(fake(0))
    runner.run(ACTION, arguments="--quick")
    for path in (runner.root / "runs" / "1", runner.root / "runs" / "1" / "summary.md"):
        os.utime(path, (1, 1))
    runner.preflight(fake(2, run=""))
    runner.run(ACTION, arguments="--nonsense")

    assert {path.name for path in runner.report().iterdir()} == {"summary.md", "asked.txt", "said.txt"}


@pytest.mark.parametrize("hostile", ["$(touch owned)", "`touch owned`", "; touch owned", "a'\"b *", "${{ runner.os }}"])
def test_arguments_are_words_and_never_commands(runner, hostile):
    runner.preflight(fake(0, run=""))
    runner.run(ACTION, arguments=hostile)

    assert [path.name for path in (runner.folder / "workspace").iterdir()] == ["asked.txt"]
    assert runner.read("workspace/asked.txt").split()[1:] == hostile.split()


def test_arguments_may_stand_on_several_lines(runner):
    runner.preflight(fake(0))
    runner.run(ACTION, arguments=SEVERAL_LINES)

    assert runner.read("workspace/asked.txt").split() == ["gate", *SEVERAL_LINES.split()]


@pytest.mark.parametrize(("user", "installs"), [("1000", f"sudo --non-interactive {INSTALL}"), ("0", INSTALL)])
def test_the_clock_that_scenarios_fake_is_there_before_the_gate_is_asked(runner, user, installs):
    runner.without("faketime")
    runner.program("id", f"echo {user}")
    for name in ("sudo", "apt-get"):
        runner.program(name, f'echo "{name} $*" >>"$RUNNER_TEMP/installed.txt"')
    runner.preflight(fake(0, then='cp "$RUNNER_TEMP/installed.txt" before.txt'))

    assert runner.run(ACTION, arguments="--quick") == 0
    assert runner.read("workspace/before.txt").splitlines()[-1] == installs


@pytest.mark.parametrize("missing", [["faketime"], ["faketime", "apt-get"], ["faketime", "sudo"]])
def test_a_clock_that_cannot_be_had_is_left_to_the_gate_to_name(runner, missing):
    runner.program("id", "echo 1000")
    for name in ("sudo", "apt-get"):
        runner.program(name, "exit 100")
    runner.without(*missing)
    runner.preflight(fake(3))

    assert runner.run(ACTION, arguments="--quick") == 3
    assert runner.read("GITHUB_STEP_SUMMARY") == "## the answer\n"


def test_nothing_is_installed_where_the_clock_is_there(runner):
    for name in ("sudo", "apt-get"):
        runner.program(name, 'touch "$RUNNER_TEMP/installed.txt"')
    runner.preflight(fake(0))
    runner.run(ACTION, arguments="--quick")

    assert not (runner.folder / "installed.txt").exists()


def test_the_environments_are_kept_under_a_name_that_changes_with_what_was_built(runner):
    runner.preflight(fake(0, run=""))
    runner.run(ACTION, arguments="--quick")
    before = {name: value for name, value in runner.outputs.items() if name.endswith(("built", "prefix"))}
    (runner.root / ".preflight" / "environments" / "abc-3.11").mkdir(parents=True)
    runner.run(ACTION, arguments="--quick")

    assert runner.outputs["steps.key.outputs.prefix"] == before["steps.key.outputs.prefix"]
    assert runner.outputs["steps.kept.outputs.built"] != before["steps.kept.outputs.built"]


def test_a_real_change_that_moves_no_pin_is_over_at_once(runner):
    runner.preflight(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/ci/__main__.py" "$@"\n')
    pins = "celery[redis]==5.6.3\ndjango-celery-beat==2.8.1\nredis==5.2.1\nkombu==5.6.2\n"
    for name, more in (("old.txt", "flask==3.0.0\n"), ("new.txt", "flask==3.1.0\n")):
        (runner.folder / "workspace" / name).write_text(pins + more)
    files = "--baseline-requirements old.txt --candidate-requirements new.txt"

    assert runner.run(ACTION, arguments=f"{files} --changed-only") == 0
    assert "\nSAFE: nothing to ask: the " in runner.read("GITHUB_STEP_SUMMARY")
