"""The scenarios there are, without running any."""

import os
import sys
from collections.abc import Sequence

from ci.checkout import ROOT
from harness.errors import PreflightError
from harness.outcomes import read
from harness.reaper import Reaper
from harness.spawn import spawn


def collect(targets: Sequence[str]) -> dict[str, list[str]]:
    """Scenario id -> the lines of the plan that it guards, as pytest collects them in the project environment.

    Raises PreflightError when they cannot be collected.
    """
    with Reaper() as reaper:
        folder = reaper.temporary_folder("collect")
        results = folder / "collected.jsonl"
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--full", *targets]
        environment = {**os.environ, "PREFLIGHT_RESULTS": str(results)}
        child = spawn(command, name="pytest", log=folder / "pytest.log", reaper=reaper, env=environment, cwd=ROOT)
        failed = child.popen.wait() != 0
        events = dict(read(results))
        if failed or "collected" not in events:
            raise PreflightError(f"the scenarios cannot be collected: {child.log_tail(1)}")
    guards: dict[str, list[str]] = events["collected"]
    return guards
