"""GitLab's example: its script, run as it is written."""

import pytest

from ci.tests.ci_jobs import INSTALL, SEVERAL_LINES, Job, fake

BASES = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "0ldba5e"}


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


@pytest.mark.parametrize("code", [0, 1])
def test_on_gitlab_there_is_a_newer_python_as_well_and_one_that_cannot_be_had_is_left_to_the_gate(runner, code):
    runner.preflight(fake(0, then='cp "$RUNNER_TEMP/uv.txt" before.txt'))

    assert Job(runner, uv=f'echo "$*" >>"$RUNNER_TEMP/uv.txt"; exit {code}').run("--quick") == 0
    assert runner.read("workspace/before.txt") == "python install --quiet 3.13\n"


@pytest.mark.parametrize(("target", "base"), [("", "0ldba5e"), ("7a46e7", "7a46e7")])
def test_on_gitlab_a_change_is_compared_with_what_it_was_merged_into_where_it_was(runner, target, base):
    runner.preflight(fake(0))
    this_change, *_ = Job(runner).read["parallel"]["matrix"]
    Job(runner).run(this_change["ARGUMENTS"], CI_MERGE_REQUEST_TARGET_BRANCH_SHA=target, **BASES)

    assert runner.read("workspace/asked.txt").split()[:3] == ["gate", "--from-git", f"{base}..HEAD"]


def test_on_gitlab_no_question_takes_containers_whose_ports_its_job_cannot_reach(runner):
    asked = [one["ARGUMENTS"].split() for one in Job(runner).read["parallel"]["matrix"]]

    assert ["--services embedded" in " ".join(words) for words in asked] == [True] * 3
