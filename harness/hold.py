"""A pytest plugin that holds each scenario before it is torn down, so that somebody can look at what it has started."""

import json
import os
import select
from collections.abc import Generator
from pathlib import Path

import pytest

HOLD = "PREFLIGHT_HOLD"  # the folder in which the gate wants to be told
HELD, RELEASE = "held.json", "release"  # in it: what is held, and the pipe that ends the holding


class Hold:
    """Holds scenarios until whoever made the pipe in `folder` lets them go. Not for time-outs: pytest's must be off."""

    def __init__(self, folder: Path, settings: tuple[str, ...]) -> None:
        self._folder = folder
        self._settings = settings

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Hold it once it has been called, or when it could not be set up."""
        report = yield
        if report.when == "call" or (report.when == "setup" and report.failed):
            self._hold(item.nodeid, report.outcome)
        return report

    def _hold(self, scenario: str, outcome: str) -> None:
        facts = {"scenario": scenario, "outcome": outcome, "settings": {key: os.environ[key] for key in self._settings}}
        pipe = os.open(self._folder / RELEASE, os.O_RDONLY | os.O_NONBLOCK)  # open before anybody hears of it
        try:
            beside = self._folder / f"{HELD}.new"
            beside.write_text(json.dumps(facts))
            beside.replace(self._folder / HELD)
            waiting = select.poll()
            waiting.register(pipe, select.POLLIN)
            waiting.poll()
        finally:
            os.close(pipe)
