"""Which scenario guards which line of the plan."""

from collections.abc import Mapping, Sequence

import tomllib

from ci.checkout import PLAN_LINES
from harness.errors import UsageError


def table(guards: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, list[str]]]:
    """Line id -> (its text, the scenarios that guard it), in the plan's order.

    `guards` maps a scenario to the line ids that it names. Raises UsageError for an id that the plan does not have.
    """
    lines: dict[str, str] = tomllib.loads(PLAN_LINES.read_text())
    for scenario, named in guards.items():
        for line in named:
            if line not in lines:
                raise UsageError(f"{scenario} guards {line!r}, which is not a line of {PLAN_LINES.name}")
    return {
        line: (text, [scenario for scenario, named in guards.items() if line in named]) for line, text in lines.items()
    }
