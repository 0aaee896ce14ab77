"""The plan of a run with what came of each step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci.report.evidence import Excerpt, tails


@dataclass(frozen=True)
class Line:
    """One step. `state`: done, failed or not run; `seconds` only when done, `share` of the longest one's in percent."""

    number: int
    title: str
    remark: str
    state: str
    seconds: float | None
    share: float


def lines(results: Mapping[str, Any]) -> list[Line]:
    """The steps in their order. The first that has no time is the one at which the run stopped."""
    steps = results["steps"]
    longest = max((step["seconds"] or 0.0 for step in steps), default=0.0) or 1.0
    stopped = next((number for number, step in enumerate(steps) if step["seconds"] is None), len(steps))
    return [
        Line(
            number + 1,
            step["title"],
            step["remark"],
            "done" if number < stopped else "failed" if number == stopped else "not run",
            step["seconds"],
            100 * (step["seconds"] or 0.0) / longest,
        )
        for number, step in enumerate(steps)
    ]


def logs_of_failed_step(plan: Sequence[Line], run: Path) -> list[Excerpt]:
    """How pytest's own logs end, when a step failed: there stands what went on last."""
    return tails(run, "*/pytest.log") if any(line.state == "failed" for line in plan) else []
