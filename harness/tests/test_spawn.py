"""Starting and ending processes."""

import os
import pwd
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from harness import sessions
from harness.errors import ProcessExited
from harness.reaper import Reaper
from harness.spawn import Child, last_error, spawn
from harness.tests.helpers import HANG, missing
from harness.waiting import wait_until

SLEEP = ["sleep", "1000"]


@pytest.fixture
def start(reaper: Reaper, tmp_path: Path):
    """Starts a program and kills it after the test."""
    children = []

    def start(*argv: str, **options) -> Child:
        children.append(spawn(argv, name="child", log=tmp_path / "log", reaper=reaper, **options))
        return children[-1]

    yield start
    for child in children:
        child.kill()


def said(child: Child) -> str:
    """All that a child wrote before its end."""
    child.popen.wait(HANG)
    return child.log.read_text()


def test_a_child_leads_a_session_of_its_own(start):
    child = start(*SLEEP)

    wait_until(lambda: sessions.members(child.pid) == [child.pid], HANG, "the child leads its session")
    assert os.getsid(0) != child.pid


def test_a_child_becomes_the_program_itself(start):
    child = start(*SLEEP)

    wait_until(lambda: Path(f"/proc/{child.pid}/comm").read_text() == "sleep\n", HANG, "no shell is left")


def test_both_kinds_of_output_go_to_the_log(start):
    assert said(start("sh", "-c", "echo out; echo error >&2")) == "out\nerror\n"


def test_a_log_is_appended_to(start):
    said(start("echo", "first"))

    assert said(start("echo", "second")) == "first\nsecond\n"


def test_arguments_arrive_as_they_are(start):
    assert said(start("printf", "%s|", "a b", "$HOME", "*", "'")) == "a b|$HOME|*|'|"


def test_the_environment_is_the_given_one_and_nothing_else(start):
    # The shell that starts the program adds a few of its own.
    lines = said(start("/usr/bin/env", env={"ONLY": "this"})).splitlines()

    assert {line.split("=")[0] for line in lines} - {"PWD", "OLDPWD", "SHLVL", "_"} == {"ONLY"}


def test_standard_input_is_empty(start):
    assert said(start("cat")) == ""


def test_a_child_works_in_the_given_folder(start, tmp_path):
    assert said(start("pwd", cwd=tmp_path)) == f"{tmp_path}\n"


def test_a_child_may_run_as_another_user_without_our_groups(start):
    if os.geteuid() != 0:
        missing("only root may become another user")
    nobody = pwd.getpwnam("nobody").pw_uid
    ours = os.getgroups()
    os.setgroups([*ours, 4])
    try:
        child = start("sh", "-c", "id -u; id -g; id -G", user=nobody)
    finally:
        os.setgroups(ours)

    assert said(child).split() == [str(nobody)] * 3


def test_a_stop_is_polite(start):
    child = start("sh", "-c", "trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.01; done")
    wait_until(lambda: "up" in child.log_tail(), HANG, "the child is up")

    assert child.stop() == 7
    assert child.log.read_text() == "up\nbye\n"


def test_a_stop_may_use_another_signal(start):
    assert start(*SLEEP).stop(with_signal=signal.SIGUSR1) == -signal.SIGUSR1


def test_a_child_that_does_not_listen_is_killed(start):
    child = start("sh", "-c", "trap '' TERM; echo up; while :; do sleep 0.01; done")
    wait_until(lambda: "up" in child.log_tail(), HANG, "the child is up")

    assert child.stop(timeout=0.1) == -signal.SIGKILL


def test_a_stop_leaves_no_grandchild(start):
    child = start("sh", "-c", "sleep 1000 & sleep 1000 & wait")
    wait_until(lambda: len(sessions.members(child.pid)) == 3, HANG, "the grandchildren are there")

    child.stop()

    assert sessions.members(child.pid) == []


def test_a_kill_finds_the_children_of_a_child_that_is_gone(start):
    child = start("sh", "-c", "sleep 1000 & exit 3")
    assert child.popen.wait(HANG) == 3
    assert len(sessions.members(child.pid)) == 1

    assert child.kill() == 3
    assert sessions.members(child.pid) == []


def test_a_kill_spares_a_stranger_who_got_the_pid(start, tmp_path):
    stranger = start(*SLEEP)
    popen = subprocess.Popen(["/bin/true"])
    popen.wait(HANG)
    popen.pid = stranger.pid  # as if the kernel had given the pid away after the end of our child

    assert Child("ours", popen, tmp_path / "log", ticks="1").kill() == 0
    assert stranger.exit_code() is None


def test_one_that_runs_has_not_exited(start):
    child = start(*SLEEP)

    child.raise_if_exited()
    assert child.exit_code() is None


def test_one_that_exited_says_why_and_where_to_look(start):
    code = "print('before'); raise LookupError('no such queue')"
    child = start(sys.executable, "-c", code)
    child.popen.wait(HANG)

    with pytest.raises(ProcessExited) as caught:
        child.raise_if_exited()

    assert caught.value.cause == "LookupError: no such queue"
    assert "exit code 1" in str(caught.value)
    assert str(child.log) in str(caught.value)


def test_one_that_exited_silently_gives_its_exit_code_as_the_cause(start):
    child = start("sh", "-c", "exit 5")
    child.popen.wait(HANG)

    with pytest.raises(ProcessExited) as caught:
        child.raise_if_exited()

    assert caught.value.cause == "exit code 5"


def test_a_program_that_does_not_exist_exits_with_the_shells_words(start):
    child = start("/no/such/program")

    assert child.popen.wait(HANG) == 127
    assert "/no/such/program" in child.log_tail()


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("Traceback (most recent call last):\n  File x\nValueError: bad\n", "ValueError: bad"),
        ("kombu.exceptions.OperationalError: refused\nbye\n", "kombu.exceptions.OperationalError: refused"),
        ("ValueError: first\nKeyError: 'second'\n", "KeyError: 'second'"),
        ("    raise ValueError: indented\n", None),
        ("an Error: in a sentence\n", None),
        ("all is well\n", None),
        ("", None),
    ],
)
def test_the_last_error_of_a_log_is_the_end_of_its_last_traceback(tmp_path, lines, found):
    log = tmp_path / "log"
    log.write_text(lines)

    assert last_error(log) == found
