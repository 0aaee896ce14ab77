"""The plan of a run: numbered steps, printed before the first one runs, then carried out by a loop."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass
class Step:
    """One thing that a run does. `action` returns a short remark on what came of it."""

    title: str
    action: Callable[[], str]
    remark: str = ""
    seconds: float | None = field(default=None)  # None: not ended


def describe(steps: Sequence[Step], failed: Step | None = None) -> str:
    """The plan as text; an arrow marks the step that failed."""
    lines = [f"{'→' if step is failed else ' '} {number:2}. {step.title}" for number, step in enumerate(steps, 1)]
    return "\n".join(lines) + "\n"


def carry_out(steps: Sequence[Step], before: Callable[[int, Step], None], after: Callable[[int, Step], None]) -> None:
    """Do the steps in order, telling `before` and `after` each. The first exception ends it and passes through."""
    for number, step in enumerate(steps, 1):
        before(number, step)
        begun = time.monotonic()
        step.remark = step.action()
        step.seconds = time.monotonic() - begun
        after(number, step)
