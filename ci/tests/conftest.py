"""What the tests of the gate share."""

import os
import sys

import pytest

from ci import door
from ci.tests.ci_jobs import Runner
from harness.browser import PROGRAM, Browser
from harness.session import SETTINGS


@pytest.fixture(autouse=True)
def no_scenarios_beside(monkeypatch):
    """Scenarios in the same pytest run put the app's settings into the environment; a gate never starts with them."""
    for name in (*SETTINGS, "DATABASE_CONN_MAX_AGE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def runs(tmp_path, monkeypatch):
    """A folder for runs of our own, not there yet, and no container engine."""
    folder = tmp_path / "runs"
    doors = ("door", "bisect_door", "advise_door", "record_door")
    for module in (*doors, "ask", "controls_run", "bisect.run", "advise.run", "advise.gates", "loads.ask"):
        monkeypatch.setattr(f"ci.{module}.RUNS", folder)
    monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent")
    return folder


@pytest.fixture
def preflight(runs, monkeypatch, capfd):
    """Calls the door with arguments: (exit code, standard output, standard error)."""

    def preflight(*arguments: str):
        monkeypatch.setattr(sys, "argv", ["preflight", *arguments])
        code = 0
        try:
            door.main()
        except SystemExit as end:
            code = end.code
        return code, *capfd.readouterr()

    return preflight


@pytest.fixture
def runner(tmp_path):
    """A runner of GitHub's with nothing done yet."""
    return Runner(tmp_path)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """A headless browser that keeps what pages ask for, log and complain about."""
    if PROGRAM is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium or Chrome is installed")
    browser = Browser(tmp_path_factory.mktemp("browser"))
    for domain in ("Network", "Log", "Runtime", "Page"):
        browser.tell(f"{domain}.enable")
    yield browser
    browser.close()
