"""What each fault did to each setting, on both stacks. Pure: comparisons in, rows of words out."""

from collections.abc import Sequence
from typing import Any

from ci.comparison import Comparison
from ci.observations import FIGURES
from harness.outcomes import PASSED, Outcome

COLUMNS = (
    *("fault", "setting", "lost", "duplicated", "recovered"),
    *("left unacked", "seconds to resume", "worker started again"),
)
NOTHING = "·"


def rows(comparisons: Sequence[Comparison]) -> list[tuple[str, ...]]:
    """A row for each scenario that observed a fault: COLUMNS, a figure that differs as "baseline → candidate".

    A figure of a stack on which the scenario did not pass has a "!" behind it, "·" where there is none. The order is
    that of the comparisons.
    """
    return [_row(one) for one in comparisons if "fault" in _told(one)]


def _told(one: Comparison) -> dict[str, Any]:
    return {**_figures(one.candidate), **_figures(one.baseline)}


def _figures(outcome: Outcome) -> dict[str, Any]:
    told = outcome.observations.get(FIGURES)
    return told if isinstance(told, dict) else {}


def _row(one: Comparison) -> tuple[str, ...]:
    told = _told(one)
    figures = (_both(one, name) for name in COLUMNS[2:])
    return (str(told["fault"]), str(told.get("setting", NOTHING)), *figures)


def _both(one: Comparison, name: str) -> str:
    old, new = _figure(one.baseline, name), _figure(one.candidate, name)
    return old if old == new else f"{old} → {new}"


def _figure(outcome: Outcome, name: str) -> str:
    figure = str(_figures(outcome).get(name, NOTHING))
    return figure if outcome.result == PASSED else f"{figure}!"
