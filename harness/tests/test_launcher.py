"""Starting a stack's processes: with an interpreter that only says what it was asked, and with the real one."""

import platform
import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from harness import sessions
from harness.errors import NotStarted, ProcessExited, WrongVersions
from harness.processes import process
from harness.processes.caller import CallFailed
from harness.processes.interpreter import Interpreter, installed
from harness.processes.launcher import REFERENCE_APP, Launcher
from harness.waiting import wait_until

READY = """echo '{"pid": 1, "python": "3.11.7", "packages": {"celery": "5.3.6"}}' >"$PREFLIGHT_REPORT".new
mv "$PREFLIGHT_REPORT".new "$PREFLIGHT_REPORT"
"""
STAY = "exec sleep 1000"


@pytest.fixture
def launcher(tmp_path, reaper):
    """Makes a launcher whose interpreter is a shell script, in a folder for logs."""
    made = []

    def launcher(script: str, **settings: str) -> Launcher:
        python = tmp_path / "bin" / "python"
        python.parent.mkdir(exist_ok=True)
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
        interpreter = Interpreter("old", str(python), {"celery": "5.3.6"}, "/web layer", "3.11.7")
        made.append(Launcher(interpreter, settings, tmp_path, reaper))
        return made[-1]

    yield launcher
    for one in made:
        one.stop_all()


def log(tmp_path: Path, name: str) -> list[str]:
    """The lines of a log."""
    return (tmp_path / f"{name}.log").read_text().splitlines()


def test_a_worker_is_the_plans_command_and_what_is_added(launcher, tmp_path):
    launcher(READY + 'shift 2; printf "%s|" "$@"; ' + STAY).worker("--pool", "solo")
    wait_until(lambda: len(log(tmp_path, "worker-1")) > 1, 60, "the worker has spoken")

    arguments = ["-A", "core.celery", "worker", "-l", "info", "--pool", "solo"]
    assert log(tmp_path, "worker-1")[1].split("|")[:-1] == [str(tmp_path / "bin" / "celery"), *arguments]


def test_a_beat_is_the_plans_command_and_what_is_added(launcher, tmp_path):
    launcher(READY + 'shift 3; printf "%s|" "$@"; ' + STAY).beat("--max-interval", "1")
    wait_until(lambda: len(log(tmp_path, "beat-1")) > 1, 60, "beat has spoken")

    scheduler = "django_celery_beat.schedulers:DatabaseScheduler"
    arguments = ["-A", "core", "beat", "-l", "info", "--scheduler", scheduler, "--max-interval", "1"]
    assert log(tmp_path, "beat-1")[1].split("|")[:-1] == arguments


def test_a_web_server_gets_its_layer_and_a_listening_place_of_its_own(launcher, tmp_path):
    web = launcher(READY + 'shift; printf "%s|" "$@"; ' + STAY).web("--threads", "2")
    wait_until(lambda: len(log(tmp_path, "web-1")) > 1, 60, "the web server has spoken")

    layer, *arguments = log(tmp_path, "web-1")[1].split("|")[:-1]
    assert layer == "/web layer"
    assert arguments[-3:] == ["--threads", "2", "core.wsgi"]
    number = arguments[arguments.index("--bind") + 1].removeprefix("fd://")
    assert Path(f"/proc/{web.child.pid}/fd/{number}").readlink().as_posix().startswith("socket:")
    assert web.url.startswith("http://127.0.0.1:")


def test_two_web_servers_have_two_places(launcher):
    started = launcher(READY + STAY)

    assert started.web().url != started.web().url


def test_one_is_returned_only_once_it_has_reported(launcher, tmp_path):
    worker = launcher(READY + STAY).worker()

    assert worker.report.exists()
    assert worker.facts() == {"pid": 1, "python": "3.11.7", "packages": {"celery": "5.3.6"}}


def test_one_that_runs_other_versions_is_ended_at_once(launcher, monkeypatch):
    started = launcher(READY.replace("5.3.6", "5.7.0") + STAY)
    children = watched(monkeypatch)

    with pytest.raises(WrongVersions, match=r"worker of old runs with celery 5.7.0 instead of 5.3.6"):
        started.worker()
    assert sessions.members(children[0].pid) == []
    assert started.started == []


def watched(monkeypatch: pytest.MonkeyPatch) -> list:
    """The children that are waited for from now on."""
    children = []
    wait = process.Process.wait_ready

    def noted(self):
        children.append(self.child)
        wait(self)

    monkeypatch.setattr(process.Process, "wait_ready", noted)
    return children


def test_one_that_ends_instead_says_why(launcher):
    with pytest.raises(NotStarted) as caught:
        launcher("echo 'ImportError: no packaging'; exit 3").worker()

    assert caught.value.cause == "ImportError: no packaging"
    assert "exit code 3" in str(caught.value)
    assert "worker-1.log" in str(caught.value)


def test_one_that_is_never_ready_is_ended_with_its_children(launcher, monkeypatch):
    monkeypatch.setattr(process, "READY_SECONDS", 0.2)
    children = watched(monkeypatch)

    with pytest.raises(AssertionError, match=r"gets ready.*worker-1.log"):
        launcher("sleep 1000 & sleep 1000").worker()
    assert sessions.members(children[0].pid) == []


def test_nothing_of_our_surroundings_reaches_a_process_but_a_few(launcher, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/ours")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "ours")
    monkeypatch.setenv("HOME", "/our/home")
    lines = launcher("env", CELERY_BROKER_URL="redis://theirs").manage("env").splitlines()
    found = dict(line.split("=", 1) for line in lines if not line.startswith("$"))

    assert (found["HOME"], found["CELERY_BROKER_URL"]) == ("/our/home", "redis://theirs")
    own = {"PYTHONUNBUFFERED", "PREFLIGHT_REPORT", "CELERY_BROKER_URL"}
    assert set(found) - own <= {"PATH", "HOME", "LANG", "TMPDIR", "PWD", "OLDPWD", "SHLVL", "_"}


def test_other_settings_hold_for_one_launcher_alone_but_all_is_stopped_together(launcher, tmp_path):
    first = launcher(READY + "echo $ONE $TWO; " + STAY, ONE="1", TWO="2")
    second = first.with_settings(TWO="3")
    workers = [first.worker(), second.worker()]
    for number in (1, 2):
        wait_until(lambda number=number: len(log(tmp_path, f"worker-{number}")) > 1, 60, "it has spoken")

    assert [log(tmp_path, f"worker-{number}")[1] for number in (1, 2)] == ["1 2", "1 3"]
    first.stop_all()
    assert [worker.child.exit_code() is None for worker in workers] == [False, False]


def test_all_are_stopped_newest_first(launcher, tmp_path):
    ending = f"trap 'echo $0 >>{tmp_path}/ended; exit' TERM; "
    started = launcher(ending.replace("$0", "$PREFLIGHT_REPORT") + READY + "while :; do sleep 0.01; done")
    for name in ("first", "second", "third"):
        started.worker(name=name)
    started.stop_all()

    ended = [Path(line).name.partition("-")[0] for line in (tmp_path / "ended").read_text().splitlines()]
    assert ended == ["third", "second", "first"]


def test_each_process_has_a_log_of_its_own_that_begins_with_its_command(launcher, tmp_path):
    started = launcher(READY + STAY)
    for name in ("a", "a", "a-b", "a"):
        started.worker(name=name)

    logs = sorted(tmp_path.glob("*.log"))
    assert len(logs) == 4
    assert all(path.read_text().startswith(f"$ {tmp_path}/bin/python ") for path in logs)


def test_a_command_of_manage_returns_what_it_printed(launcher):
    assert launcher("echo $2; echo error >&2").manage("check").splitlines() == ["check", "error"]


def test_a_command_of_manage_that_fails_says_why(launcher):
    with pytest.raises(ProcessExited, match=r"manage.py migrate failed: ValueError: no \(log: ") as caught:
        launcher("echo 'ValueError: no'; exit 1").manage("migrate")

    assert caught.value.cause == "ValueError: no"


def test_processes_work_in_the_app_that_could_be_deployed(launcher):
    assert launcher("pwd").manage("check").splitlines()[-1] == str(REFERENCE_APP)


@pytest.fixture
def real(tmp_path, reaper):
    """A launcher on the project environment, with a database in a file and a broker that is not there."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound but not listening: nobody answers, and nobody else can take it
        broker = "redis://{}:{}/0".format(*closed.getsockname())
        settings = {
            "DJANGO_SETTINGS_MODULE": "core.settings",
            "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
            "CELERY_BROKER_URL": broker,
        }
        launcher = Launcher(
            Interpreter("project", sys.executable, installed(), None, platform.python_version()),
            settings,
            tmp_path,
            reaper,
        )
        yield launcher
        launcher.stop_all()


def test_the_real_web_server_reports_its_versions_and_answers(real):
    web = real.web()

    assert web.facts()["packages"]["Django"] == installed()["django"]
    assert web.facts()["executable"] == sys.executable
    with pytest.raises(urllib.error.HTTPError) as answer, urllib.request.urlopen(f"{web.url}/nothing"):  # noqa: S310
        pass
    assert answer.value.code == 404
    assert web.stop() == 0


def test_the_real_manage_knows_the_app(real):
    assert "no issues" in real.manage("check")
    with pytest.raises(ProcessExited, match=r"no_such_command|exit code"):
        real.manage("no_such_command")


def test_a_caller_calls_functions_of_the_app_and_says_what_they_raise(real):
    caller = real.caller()

    assert caller.call("core.environment:text", name="NOT_SET", default="this") == "this"
    with pytest.raises(CallFailed, match="ImproperlyConfigured: HOME must be one of"):
        caller.call("core.environment:flag", name="HOME", default=False)
    with pytest.raises(CallFailed, match="not JSON serializable"):
        caller.call("pathlib:Path")
    assert caller.facts()["packages"]["Django"] == installed()["django"]
    assert caller.stop() == -15


def test_a_caller_that_is_gone_says_so_at_the_next_call(real):
    caller = real.caller()
    caller.child.kill()

    with pytest.raises(ProcessExited, match="exit code -9"):
        caller.call("core.environment:text", name="A", default="b")


def test_a_producer_is_told_its_pace_and_its_prefix_and_has_a_log_of_its_own(launcher, tmp_path):
    launcher(READY + 'shift 2; printf "%s|" "$@"; ' + STAY).producer(tmp_path / "pace", "early")
    wait_until(lambda: len(log(tmp_path, "producer-early-1")) > 1, 60, "the producer has spoken")
    assert log(tmp_path, "producer-early-1")[1].split("|")[:-1] == [str(tmp_path / "pace"), "early"]
