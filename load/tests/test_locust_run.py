"""Real Locust against a small server of ours."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from harness.errors import PreflightError
from harness.processes.launcher import REPOSITORY
from harness.reaper import Reaper
from load import accounts
from load.accounts import Account
from load.answers import read
from load.locust_run import Locust
from load.shapes import find

PEOPLE = [Account("ada", "one"), Account("grace", "two")]
SHORT = find("steady").lasting(1)


class App(ThreadingHTTPServer):
    """Answers every login with one status, and keeps what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = 200
        self.asked: list[dict[str, str]] = []
        self.cookies: set[str | None] = set()


class Handler(BaseHTTPRequestHandler):
    """One login."""

    server: App

    def do_POST(self) -> None:
        self.server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.server.cookies.add(self.headers.get("Cookie"))
        self.send_response(self.server.status)
        self.send_header("Location", "/elsewhere")
        self.send_header("Set-Cookie", "sessionid=x; Path=/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quietly."""


@pytest.fixture
def app() -> Iterator[App]:
    with App() as app:
        thread = threading.Thread(target=app.serve_forever)
        thread.start()
        yield app
        app.shutdown()
        thread.join()


@pytest.fixture
def locust(app: App, tmp_path: Path, reaper: Reaper) -> Locust:
    file = tmp_path / "accounts.csv"
    accounts.write(file, PEOPLE)
    return Locust(f"http://127.0.0.1:{app.server_port}", file, tmp_path, reaper)


def test_every_login_is_written_down_as_attempted_and_as_answered(app: App, locust: Locust) -> None:
    told = locust.run(SHORT, "run", lambda: None)
    seen = {one["event_id"] for one in app.asked}
    assert set(told.attempted) == seen == {one.event for one in told.acked()}
    assert all(told.attempted[one.event] <= one.at and 0 < one.seconds < 30 for one in told.answers)


def test_people_take_turns_and_come_without_the_cookies_of_the_one_before(app: App, locust: Locust) -> None:
    locust.run(SHORT, "run", lambda: None)
    assert {(one["username"], one["password"]) for one in app.asked} == set(PEOPLE)
    assert app.cookies == {None}


@pytest.mark.parametrize("status", [302, 401, 503])
def test_a_refused_login_is_no_result(app: App, locust: Locust, status: int) -> None:
    app.status = status
    with pytest.raises(PreflightError, match=f"logins were refused, the first: {status}"):
        locust.run(SHORT, "run", lambda: None)


def test_an_app_that_does_not_answer_is_no_result(locust: Locust, app: App) -> None:
    app.server_close()  # its port is free now, and nobody's
    with pytest.raises(PreflightError, match="were refused, the first: no answer"):
        locust.run(SHORT, "run", lambda: None)


def test_a_run_in_which_nobody_logged_in_is_no_result(locust: Locust) -> None:
    accounts.write(locust.accounts, [])
    with pytest.raises(PreflightError, match=r"nobody logged in.*holds no account"):
        locust.run(SHORT, "run", lambda: None)


def test_many_processes_of_locust_write_one_notebook(app: App, locust: Locust, tmp_path: Path) -> None:
    notebook = tmp_path / "many.jsonl"
    command = [
        sys.executable,
        "-m",
        "locust",
        "-f",
        "load/locustfile.py",
        "--headless",
        "--processes",
        "2",
        "--master-bind-host",
        "127.0.0.1",
    ]
    command += ["-u", "4", "-r", "100", "-t", "2s", "--host", locust.host, "--accounts", str(locust.accounts)]
    subprocess.run([*command, "--notebook", str(notebook)], cwd=REPOSITORY, check=True, capture_output=True)
    told = read(notebook.read_text().splitlines())
    answered, asked = {one.event for one in told.acked()}, {one["event_id"] for one in app.asked}
    assert answered
    assert answered <= asked <= set(told.attempted)  # at the end some were cut off on their way


@pytest.mark.parametrize("wrong", [["--accounts", "/nobody.csv"], ["--shape", "wave"]])
def test_bad_input_by_hand_is_one_line_and_exit_code_2(locust: Locust, wrong: list[str]) -> None:
    command = [sys.executable, "-m", "locust", "-f", "load/locustfile.py", "--headless", "--loglevel", "WARNING"]
    command += ["--host", locust.host, "--accounts", str(locust.accounts), *wrong]
    told = subprocess.run(command, cwd=REPOSITORY, check=False, capture_output=True, text=True)
    assert told.returncode == 2
    assert len(told.stderr.splitlines()) == 1
    assert told.stderr.startswith("load: ")
