"""A pytest plugin that tells the gate, line by line, what pytest does."""

import os
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from harness.errors import NotStarted, PreflightError
from harness.log_growth import LogGrowth
from harness.outcomes import FAILED, PASSED, SKIPPED, UNKNOWN, Outcome, Writer, judge

PHASES = 3  # of a scenario: set-up, call, tear-down
REPORTS = pytest.StashKey[list[pytest.TestReport]]()
ERRORS = pytest.StashKey[list[BaseException]]()


class Recorder:
    """Writes the outcomes of a pytest run to the file at `path`. Not for deciding anything: it tells what happened.

    The logs of the run's processes are in the file's own folder.
    """

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        self._writer = Writer(path)

    def app_does_not_import(self, error: Exception) -> None:
        """The app itself raised `error` when it was imported: no scenario will run."""
        self._writer.broken(judge(error)[1])

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Tell which files cannot be imported on this stack."""
        report = yield
        if report.failed:
            said = [line[1:].strip() for line in report.longreprtext.splitlines() if line.startswith("E ")]
            self._writer.uncollected(report.nodeid, said[-1] if said else "it cannot be collected")
        return report

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Tell what will not run."""
        self._writer.left_out([item.nodeid for item in items])

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell what will run."""
        self._writer.collected({item.nodeid: _guarded(item) for item in session.items})

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep each phase's report, and its exception as it was raised: a report has only its text."""
        report = yield
        item.stash.setdefault(REPORTS, []).append(report)
        if call.excinfo and report.failed:
            item.stash.setdefault(ERRORS, []).append(call.excinfo.value)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Tell that a scenario starts, and how it ended."""
        begun = os.times().elapsed  # real even while a scenario has frozen every other clock
        growth = LogGrowth(self._folder)
        self._writer.started(item.nodeid)
        try:
            return (yield)
        finally:
            self._writer.ended(_outcome(item, os.times().elapsed - begun, growth.passages()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Tell that the run came to its own end, its tidying up included."""
        self._writer.finished()


def _guarded(item: pytest.Item) -> list[str]:
    return [line for marker in item.iter_markers("guards") for line in marker.args]


def _outcome(item: pytest.Item, seconds: float, logs: dict[str, list[int]]) -> Outcome:
    reports = item.stash.get(REPORTS, [])
    detail = "\n".join(report.longreprtext for report in reports if report.failed)
    result, cause, started = _judged(reports, item.stash.get(ERRORS, []))
    return Outcome(item.nodeid, result, cause, detail, seconds, started, dict(item.user_properties), logs)


def _judged(reports: list[pytest.TestReport], errors: list[BaseException]) -> tuple[str, str, bool]:
    """Result, cause, and whether the stack's processes started. That nothing was learnt outweighs every failure."""
    if errors:
        weightiest = next((error for error in errors if isinstance(error, PreflightError)), errors[0])
        return *judge(weightiest), not isinstance(weightiest, NotStarted)
    if failed := [report for report in reports if report.failed]:
        return FAILED, failed[0].longreprtext.partition("\n")[0], True
    if skipped := [report for report in reports if report.skipped]:
        return SKIPPED, _why_skipped(skipped[0]), True
    return (PASSED, "", True) if len(reports) == PHASES else (UNKNOWN, "cut short", True)


def _why_skipped(report: pytest.TestReport) -> str:
    known = getattr(report, "wasxfail", None)
    said = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
    return str(known if known is not None else said)
