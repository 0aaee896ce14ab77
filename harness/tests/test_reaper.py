"""Leaving nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import sessions
from harness.reaper import CONTAINER_LABEL, Reaper, guard
from harness.spawn import spawn
from harness.tests.helpers import HANG, ROOT, processes_below, run_python, short_folder
from harness.waiting import wait_until

SLEEP = ["/bin/sleep", "1000"]

OWNER = """
import json, sys
from urllib.parse import urlsplit
from harness.reaper import Reaper
from harness.services.pool import Services
reaper = Reaper()
pool = Services(sys.argv[1], reaper)
redis, postgres = pool.redis(), pool.postgres()
ports = [urlsplit(url).port for url in (redis.url, postgres.create_database("x"))]
owners = [getattr(service, "_owner", None) for service in (redis, postgres)]
print(json.dumps({"guardian": reaper.pid, "ports": ports, "owners": owners}), flush=True)
sys.stdin.read()
"""

HASTY_OWNER = """
import os, sys
from pathlib import Path
from harness.reaper import Reaper
from harness.spawn import spawn
spawn(["sleep", "1000"], name="child", log=Path(os.devnull), reaper=Reaper(), cwd=Path(sys.argv[1]))
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that does nothing, in a session of its own, unknown to any guardian."""
    process = subprocess.Popen(SLEEP, start_new_session=True)
    yield process
    process.kill()
    process.wait(HANG)


def containers_of(owners: list[str]) -> list[str]:
    """The ids of the containers with our label and one of these owners."""
    import docker  # noqa: PLC0415 - only the container provider needs it

    listed = docker.from_env().containers.list(all=True, ignore_removed=True, filters={"label": CONTAINER_LABEL})
    return [container.id for container in listed if container.labels[CONTAINER_LABEL] in owners]


def is_listening(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


def left_behind(facts: dict, folder: Path) -> list[object]:
    """Whatever of an owner is still there: processes, folders, containers, ports."""
    guardian = [facts["guardian"]] if sessions.is_running(facts["guardian"]) else []
    owners = [owner for owner in facts["owners"] if owner]
    containers = containers_of(owners) if owners else []
    ports = [port for port in facts["ports"] if port and is_listening(port)]
    return [*guardian, *processes_below(folder), *folder.glob("preflight-*"), *containers, *ports]


def test_nothing_is_left_of_services_whose_owner_was_killed(provider):
    with short_folder() as folder:
        owner = run_python(OWNER, provider, TMPDIR=str(folder))
        facts = json.loads(owner.stdout.readline())
        assert len(left_behind(facts, folder)) > 2, "the owner made what could be left behind"

        owner.kill()
        owner.wait(HANG)

        wait_until(lambda: not left_behind(facts, folder), HANG, "everything of the owner is gone")


def test_nothing_is_left_of_services_whose_owner_was_killed_while_they_started():
    with short_folder() as folder:
        owner = run_python(OWNER, "embedded", TMPDIR=str(folder))
        wait_until(lambda: len(processes_below(folder)) > 2, HANG, "initdb runs beside Redis")

        owner.kill()
        owner.wait(HANG)

        facts = {"guardian": 0, "owners": [], "ports": []}
        wait_until(lambda: not left_behind(facts, folder), HANG, "everything of the owner is gone")


def test_a_close_ends_processes_and_deletes_folders(tmp_path):
    with Reaper() as reaper:
        folder = reaper.temporary_folder("test")
        (folder / "file").touch()
        child = spawn(SLEEP, name="child", log=tmp_path / "log", reaper=reaper)

    assert child.popen.wait(HANG) == -signal.SIGKILL
    assert not folder.exists()
    assert not sessions.is_running(reaper.pid)


def test_a_child_is_known_to_the_guardian_before_it_becomes_the_program(tmp_path):
    with short_folder() as folder:
        owner = run_python(HASTY_OWNER, str(folder))
        assert owner.wait(HANG) == -signal.SIGKILL

        wait_until(lambda: not processes_below(folder), HANG, "the child is gone")


def test_a_temporary_folder_can_be_passed_through_but_not_looked_into(reaper):
    assert reaper.temporary_folder("test").stat().st_mode & 0o777 == 0o711


def test_the_guardian_outlives_the_signals_of_our_terminal(reaper):
    assert os.getpgid(reaper.pid) != os.getpgid(0)


def test_the_guardian_deletes_the_folders_even_when_the_container_engine_is_gone(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    guardian = subprocess.run(
        [sys.executable, "-m", "harness.reaper"],
        cwd=ROOT,
        env={**os.environ, "DOCKER_HOST": f"unix://{tmp_path}/no-engine"},
        input=f"containers someone\nfolder {folder}\n",
        capture_output=True,
        text=True,
        check=False,
    )

    assert guardian.returncode != 0
    assert "FileNotFoundError" in guardian.stderr
    assert not folder.exists()


class TestStrangers:
    """The pid of a process that has ended can be given to somebody else's."""

    def test_the_leader_that_we_knew_is_no_stranger(self, monkeypatch):
        monkeypatch.setattr(sessions, "start_ticks", {7: "100"}.get)

        assert not sessions.belongs_to_stranger(7, "100")

    def test_a_leader_that_is_gone_is_no_stranger_for_its_children_keep_its_number(self, monkeypatch):
        monkeypatch.setattr(sessions, "start_ticks", {}.get)

        assert not sessions.belongs_to_stranger(7, "100")

    def test_a_process_that_started_at_another_time_is_a_stranger(self, monkeypatch):
        monkeypatch.setattr(sessions, "start_ticks", {7: "101"}.get)

        assert sessions.belongs_to_stranger(7, "100")

    def test_a_process_where_we_knew_of_none_is_a_stranger(self, monkeypatch):
        monkeypatch.setattr(sessions, "start_ticks", {7: "101"}.get)

        assert sessions.belongs_to_stranger(7, None)

    def test_the_guardian_kills_the_session_that_was_told_to_it(self, sleeper):
        guard([f"session {sleeper.pid}"])

        assert sleeper.wait(HANG) == -signal.SIGKILL

    def test_the_guardian_spares_a_stranger_who_got_the_pid(self, monkeypatch, sleeper):
        times = iter(["100", "101"])  # when the session was told, and when we ended
        monkeypatch.setattr(sessions, "start_ticks", lambda _: next(times))

        guard([f"session {sleeper.pid}"])

        assert sleeper.poll() is None


def test_a_zombie_does_not_count_as_running():
    child = subprocess.Popen(["/bin/true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    assert not sessions.is_running(child.pid)
    child.wait(HANG)


def test_children_are_found_whatever_their_sessions(sleeper):
    assert sleeper.pid in sessions.children(os.getpid())


def test_the_sessions_with_running_processes_are_known(sleeper):
    assert sleeper.pid in sessions.occupied()

    sleeper.kill()
    sleeper.wait(HANG)

    assert sleeper.pid not in sessions.occupied()


@pytest.mark.parametrize("name", ["plain", "with space", "with ) bracket"])
def test_a_program_name_of_any_form_does_not_confuse_us(tmp_path, name):
    program = tmp_path / name
    program.symlink_to("/bin/sleep")
    child = subprocess.Popen([program, "1000"], start_new_session=True)
    try:
        assert sessions.members(child.pid) == [child.pid]
    finally:
        child.kill()
        child.wait(HANG)
