"""GitLab's example: its script, run as it is written."""

import pytest

from ci.tests.ci_jobs import INSTALL, SEVERAL_LINES, Job, fake


@pytest.mark.parametrize("code", [0, 1, 3])
def test_on_gitlab_the_answer_is_the_outcome_and_arguments_may_stand_on_several_lines(runner, code):
    runner.preflight(fake(code))

    assert Job(runner).run(SEVERAL_LINES) == code
    assert runner.read("workspace/asked.txt").split() == ["gate", *SEVERAL_LINES.split()]


@pytest.mark.parametrize("apt", [0, 100])
def test_on_gitlab_the_clock_is_there_as_well_and_one_that_cannot_be_had_is_left_to_the_gate(runner, apt):
    runner.without("faketime", "apt-get")
    runner.program("apt-get", f'echo "apt-get $*" >>"$RUNNER_TEMP/installed.txt"; exit {apt}')
    runner.preflight(fake(0))

    assert Job(runner).run("--quick") == 0
    assert runner.read("installed.txt").splitlines() == ["apt-get update --quiet", INSTALL]


def test_on_gitlab_what_was_built_and_what_was_found_are_kept_whatever_the_answer(runner):
    assert [Job(runner).read[part]["when"] for part in ("cache", "artifacts")] == ["always", "always"]
