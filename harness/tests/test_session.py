"""What one pytest run works with, lent or its own."""

import os
import platform
import stat
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from harness import sessions
from harness.errors import PreflightError, UsageError, WrongVersions
from harness.processes.interpreter import Interpreter, installed
from harness.processes.launcher import TODAYS_APP
from harness.reaper import Reaper
from harness.services.base import ServicePool
from harness.services.desk import Desk
from harness.session import LENT, SETTINGS, Lease, Session, begin

OLD = Interpreter("old", "/env/bin/python", {"celery": "5.3.6"}, None, "3.11.7")


class Pool(ServicePool):
    """Services that only note what is done to them."""

    def __init__(self) -> None:
        self.done: list = []

    url = "redis://one"

    def redis(self, name="main", *, durable=False):
        """One that stands for all."""
        self.done += [("redis", name), *(["durable"] if durable else [])]
        return self

    def postgres(self):
        """The same."""
        return self

    def start(self):
        """Note it."""
        self.done.append("start")

    def flush(self):
        """Note it."""
        self.done.append("flush")

    def is_up(self):
        """Always."""
        return True

    def create_database(self, name):
        """Note its name."""
        self.done.append(("database", name))
        return f"postgresql:///{name}"

    def raise_if_died(self):
        """Never."""

    def close(self):
        """Note it."""
        self.done.append("close")


@pytest.fixture
def guardians(monkeypatch):
    """The guardians that are made from now on, by their pids; tested to be gone is up to the test."""
    pids = []
    init = Reaper.__init__

    def noted(reaper):
        init(reaper)
        pids.append(reaper.pid)

    monkeypatch.setattr(Reaper, "__init__", noted)
    return pids


@pytest.fixture
def lend(tmp_path, monkeypatch, reaper):
    """Lends a pool's services for an interpreter, as the gate does; gives the pool."""

    @contextmanager
    def lend(interpreter: Interpreter, key: bytes | None = None):
        desk = Desk(pool := Pool(), reaper)
        try:
            Lease(interpreter, interpreter, desk.address, key or desk.authkey, tmp_path, "baseline").write(
                tmp_path / "lease"
            )
            monkeypatch.setenv(LENT, str(tmp_path / "lease"))
            yield pool
        finally:
            desk.close()

    return lend


def test_a_lease_comes_back_as_it_was_written(tmp_path):
    lease = Lease(OLD, replace(OLD, stack="older"), "/desk/s", bytes(range(256)), tmp_path / "a folder", "baseline")
    lease.write(tmp_path / "lease")

    assert Lease.read(tmp_path / "lease") == lease


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_nobody_else_may_read_a_lease(tmp_path, mask):
    before = os.umask(mask)
    try:
        Lease(OLD, OLD, "/desk/s", b"key", tmp_path, "baseline").write(tmp_path / "lease")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "lease").stat().st_mode) == 0o600


def test_a_lent_session_has_the_gates_interpreter_folder_and_services(lend, tmp_path):
    with lend(Interpreter("old", sys.executable, installed(), None, platform.python_version())) as pool:
        session = begin("auto", "main")
        session.redis("own")
        session.close()

    assert (session.interpreter.stack, session.folder) == ("old", tmp_path)
    assert ("redis", "baseline-main-own") in pool.done
    assert pool.done[-1] == "flush"


@pytest.mark.parametrize("pins", [{"pytest": "0.1"}, {"celery": "0.1", "not-there": "1"}])
def test_a_pytest_that_runs_on_other_versions_than_the_lock_has_no_session(lend, guardians, pins):
    with (
        lend(Interpreter("old", sys.executable, pins, None, platform.python_version())),
        pytest.raises(WrongVersions, match="pytest of old"),
    ):
        begin("auto", "main")

    assert not any(sessions.is_running(pid) for pid in guardians)


def test_the_test_tools_beside_the_pins_are_no_difference(lend):
    with lend(Interpreter("old", sys.executable, {"django": installed()["django"]}, None, platform.python_version())):
        begin("auto", "main").close()


def test_a_lender_that_is_gone_or_has_another_key_is_no_answer(lend, guardians):
    with (
        lend(Interpreter("old", sys.executable, {}, None, platform.python_version()), key=b"another"),
        pytest.raises(PreflightError),
    ):
        begin("auto", "main")
    with pytest.raises(PreflightError):
        begin("auto", "main")

    assert not any(sessions.is_running(pid) for pid in guardians)


def test_an_own_session_runs_on_the_project_environment_with_logs_that_go_with_it(monkeypatch, capsys):
    monkeypatch.delenv(LENT, raising=False)
    session = begin("embedded", "main")
    folder = session.folder

    assert session.interpreter == Interpreter("project", sys.executable, installed(), None, platform.python_version())
    assert capsys.readouterr().err.startswith("services: embedded (")
    session.close()
    assert not folder.exists()


def test_what_killed_processes_of_an_own_session_leave_in_their_tmp_goes_with_it(monkeypatch):
    for name in (LENT, *SETTINGS):
        monkeypatch.setenv(name, "")
    monkeypatch.delenv(LENT)
    session = begin("embedded", "main")
    left = Path(session.launcher().settings["TMPDIR"]) / "pymp-left"
    left.mkdir()

    session.close()
    assert not left.parent.exists()


def test_an_own_session_with_services_that_do_not_exist_leaves_nothing_behind(monkeypatch, guardians):
    monkeypatch.delenv(LENT, raising=False)
    with pytest.raises(UsageError):
        begin("cloud", "main")

    assert guardians
    assert not any(sessions.is_running(pid) for pid in guardians)


def session(tmp_path, name: str = "main", stack: str = "old") -> Session:
    """A session on services that only note what is done to them."""
    interpreter = Interpreter(stack, sys.executable, {}, None, platform.python_version())
    return Session(interpreter, OLD, Pool(), tmp_path, None, name)


def test_settings_are_an_empty_redis_and_a_database_of_our_own(tmp_path):
    made = session(tmp_path, "gw1")
    settings = made.settings()

    assert set(SETTINGS) <= set(settings)
    assert settings["CELERY_BROKER_URL"] == settings["CELERY_RESULT_BACKEND"] == "redis://one"
    assert made.services.done == [("redis", "gw1-main"), "start", "flush", ("database", "old_gw1")]


def test_a_databases_name_is_one_that_postgresql_takes_and_different_for_parallel_workers(tmp_path):
    stack = "latest+celery[redis]==5.6.2+" + "x" * 80
    names = [session(tmp_path, name, stack).settings()["DATABASE_URL"].rpartition("/")[2] for name in ("gw0", "gw1")]

    assert len(set(names)) == 2
    assert all(name.isidentifier() or name.replace("_", "").isalnum() for name in names)
    assert all(len(name) <= 63 for name in names)


def test_processes_get_the_settings_that_are_in_force(tmp_path, monkeypatch):
    for name in SETTINGS:
        monkeypatch.setenv(name, f"the {name}")
    monkeypatch.setenv("DATABASE_CONN_MAX_AGE", "600")
    launcher = session(tmp_path).launcher()

    assert launcher.settings == {name: f"the {name}" for name in SETTINGS}
    assert launcher.folder == Path(tmp_path)


def test_what_runs_today_is_started_on_todays_app_with_the_same_settings(tmp_path, monkeypatch):
    for name in SETTINGS:
        monkeypatch.setenv(name, f"the {name}")
    made = session(tmp_path, stack="new")

    assert made.old_launcher().interpreter == OLD
    assert made.launcher().interpreter.stack == "new"
    assert made.old_launcher().settings == made.launcher().settings
    assert made.old_launcher().app == TODAYS_APP
