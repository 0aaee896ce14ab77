"""One run of Locust, in a process of its own, and what its users wrote down."""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness.errors import PreflightError
from harness.processes.launcher import PASSED_ON, REPOSITORY
from harness.reaper import Reaper
from harness.spawn import Child, spawn
from harness.waiting import wait_until
from load import answers
from load.answers import Answers
from load.shapes import Shape

GUARD_SECONDS = 90.0  # beyond the shape's own time: for its start, and for the last answers
STOP_SECONDS = "20"  # for a user to get the last answer


@dataclass(frozen=True)
class Locust:
    """Loads one address with the users of an accounts file; its logs and notebooks go into `folder`."""

    host: str
    accounts: Path
    folder: Path
    reaper: Reaper

    def run(self, shape: Shape, name: str, abort: Callable[[], None]) -> Answers:
        """Load it with a shape; `name` is this run's in the folder, `abort` as in wait_until.

        Raises PreflightError when Locust fails, no login was attempted, or one was refused: that is no result.
        """
        log, notebook = self.folder / f"{name}.log", self.folder / f"{name}.jsonl"
        environment = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
        command = self._command(shape, notebook)
        child = spawn(command, name="locust", log=log, reaper=self.reaper, env=environment, cwd=REPOSITORY)
        try:
            over = lambda: child.exit_code() is not None  # noqa: E731
            guard = shape.seconds + GUARD_SECONDS
            wait_until(over, guard, f"Locust is done with {shape.name}", abort=abort, hint=f"Its log: {log}")
        finally:
            child.kill()
        return _checked(child, notebook)

    def _command(self, shape: Shape, notebook: Path) -> list[str]:
        locust = [sys.executable, "-m", "locust", "-f", str(Path(__file__).with_name("locustfile.py"))]
        silently = ["--headless", "--only-summary", "--loglevel", "WARNING", "--stop-timeout", STOP_SECONDS]
        users = ["--shape", shape.name, "--seconds", str(shape.seconds), "--accounts", str(self.accounts)]
        return [*locust, *silently, *users, "--host", self.host, "--notebook", str(notebook)]


def _checked(child: Child, notebook: Path) -> Answers:
    told = answers.read(notebook.read_text().splitlines() if notebook.exists() else [])
    if refused := told.refused():
        first = f"the first: {refused[0].status or 'no answer'} {refused[0].error}"
        raise PreflightError(f"{len(refused)} of {len(told.answers)} logins were refused, {first} (log: {child.log})")
    if not told.answers:
        raise PreflightError(f"nobody logged in, so nothing was measured: {child.log_tail(3)} (log: {child.log})")
    if child.exit_code():
        raise PreflightError(f"Locust ended with exit code {child.exit_code()} (log: {child.log})")
    return told
