"""Runs scenarios on one stack: pytest inside it, watched from outside."""

import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from ci.checkout import ROOT
from harness.errors import ProcessExited
from harness.outcomes import FAILED, UNKNOWN, Outcome, read
from harness.processes.interpreter import Interpreter
from harness.processes.launcher import INSIDE, PASSED_ON, REFERENCE_APP
from harness.reaper import Reaper
from harness.services.desk import Desk
from harness.session import LENT, Lease
from harness.spawn import Child, spawn
from harness.stack.store import Built

SILENCE_SECONDS = 240.0  # longer than the time-out of any single scenario: then pytest itself is stuck


class Watch:
    """Told what happens while scenarios run. This one keeps quiet."""

    def event(self, arm: str, what: str, value: Any) -> None:
        """One line of the results file of an arm's pytest."""

    def poll(self, folder: Path) -> None:
        """Called often; `folder` holds the logs of what runs now."""


@dataclass
class SuiteResult:
    """What one pytest run told. `broken`: the app did not import, in one line. `trouble`: it did not end by itself."""

    collected: list[str] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    running: str = ""
    broken: str = ""
    uncollected: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    finished: bool = False

    def on(self, scenarios: Sequence[str]) -> dict[str, Outcome]:
        """An outcome for each of the scenarios that should have run.

        What does not import on the stack (the app, or a scenario's own file) failed for that reason; a scenario
        that did not come to an end is unknown.
        """
        return {one: self.outcomes.get(one) or self._absent(one) for one in [*scenarios, *self.collected]}

    def _absent(self, scenario: str) -> Outcome:
        cause = self.broken or self.uncollected.get(scenario.partition("::")[0])
        return (
            Outcome(scenario, FAILED, cause) if cause else Outcome(scenario, UNKNOWN, self.trouble or "it did not run")
        )

    def take(self, what: str, value: Any) -> None:
        """Add one event of the results file."""
        if what == "collected":
            self.collected = list(value)
        elif what == "started":
            self.running = value
        elif what == "ended":
            self.outcomes[value["scenario"]] = Outcome(**value)
            self.running = ""
        elif what == "uncollected":
            self.uncollected[value[0]] = value[1]
        elif what == "broken":
            self.broken = value
        elif what == "finished":
            self.finished = True


@dataclass
class Suite:
    """Runs pytest in stacks, with one set of services lent to all of them."""

    desk: Desk
    reaper: Reaper
    watch: Watch

    def run(
        self, arm: str, built: Built, targets: Sequence[str], folder: Path, into: SuiteResult, app: Path = REFERENCE_APP
    ) -> None:
        """Run the `targets` (paths or scenario ids) on an arm's stack, logs in `folder`, with the app in `app`.

        What happens goes into `into` and to the watch as it happens, so that it is there when the run is cut short.
        """
        results = folder / "outcomes.jsonl"
        lease = folder / "session.json"
        Lease(interpreter_of(built), self.desk.address, self.desk.authkey, folder).write(lease)
        child = self._pytest(
            built, targets, folder, {LENT: str(lease), "PREFLIGHT_RESULTS": str(results), "PREFLIGHT_APP": str(app)}
        )
        try:
            for what, value in _events(child, results, partial(self.watch.poll, folder)):
                into.take(what, value)
                self.watch.event(arm, what, value)
            if not into.finished and not into.broken:
                into.trouble = _last_words(child, into.running)
        finally:
            child.stop(timeout=5, with_signal=signal.SIGINT)
            lease.unlink()

    def _pytest(self, built: Built, targets: Sequence[str], folder: Path, extra: dict[str, str]) -> Child:
        environment = {key: os.environ[key] for key in PASSED_ON if key in os.environ} | extra
        command = [str(built.interpreter), str(INSIDE / "launch_pytest.py"), str(built.tools)]
        command += [
            "-c",
            str(ROOT / "pyproject.toml"),
            "--rootdir",
            str(ROOT),
            "-v",
            "--continue-on-collection-errors",
            *targets,
        ]
        log = folder / "pytest.log"
        return spawn(command, name="pytest", log=log, reaper=self.reaper, env=environment, cwd=ROOT)


def interpreter_of(built: Built) -> Interpreter:
    """What the processes of a built stack need to know of it."""
    web_server = None if "gunicorn" in built.stack.pins else str(built.web_server)
    return Interpreter(built.stack.name, str(built.interpreter), built.stack.pins, web_server)


def _events(child: Child, results: Path, poll: Callable[[], None]) -> Iterator[tuple[str, Any]]:
    """The events as they are written, until pytest has ended or has been silent for too long."""
    seen = 0
    last = time.monotonic()
    while time.monotonic() - last < SILENCE_SECONDS:
        ended = child.exit_code() is not None  # asked before reading, so that nothing written before the end is missed
        events = list(read(results))
        poll()
        yield from events[seen:]
        if len(events) > seen:
            last = time.monotonic()
        seen = len(events)
        if ended:
            return
        time.sleep(0.05)


def _last_words(child: Child, running: str) -> str:
    during = f" during {running}" if running else ""
    try:
        child.raise_if_exited()
    except ProcessExited as error:
        return f"pytest ended{during}: {error.cause} (log: {child.log})"
    return f"pytest said nothing for {SILENCE_SECONDS:g} s{during} (log: {child.log})"
