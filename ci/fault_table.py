"""What each fault did to each setting, on both stacks. Pure: comparisons, or a run's results, in; rows of words out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ci.comparison import Comparison
from ci.observations import FIGURES
from ci.question import ARMS
from harness.outcomes import PASSED

COLUMNS = (
    *("fault", "setting", "lost", "duplicated", "recovered"),
    *("left unacked", "seconds to resume", "worker started again"),
)
NOTHING = "·"


@dataclass(frozen=True)
class _Side:
    """What a scenario observed on one stack."""

    passed: bool
    figures: Mapping[str, Any]


def rows(comparisons: Sequence[Comparison]) -> list[tuple[str, ...]]:
    """A row for each scenario that observed a fault: COLUMNS, a figure that differs as "baseline → candidate".

    A figure of a stack on which the scenario did not pass has a "!" behind it, "·" where there is none. The order is
    that of the comparisons.
    """
    both = ((one.baseline, one.candidate) for one in comparisons)
    return _rows([_side(outcome.result, outcome.observations) for outcome in pair] for pair in both)


def recorded(results: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """The same of a run that was kept."""
    both = ([one[arm] for arm in ARMS] for one in results["scenarios"])
    return _rows([_side(told["result"], told.get("observations") or {}) for told in pair] for pair in both)


def _side(result: str, observations: Mapping[str, Any]) -> _Side:
    told = observations.get(FIGURES)
    return _Side(result == PASSED, told if isinstance(told, dict) else {})


def _rows(pairs: Iterable[Sequence[_Side]]) -> list[tuple[str, ...]]:
    return [_row(old, new) for old, new in pairs if "fault" in {**new.figures, **old.figures}]


def _row(old: _Side, new: _Side) -> tuple[str, ...]:
    told = {**new.figures, **old.figures}
    figures = (_both(_figure(old, name), _figure(new, name)) for name in COLUMNS[2:])
    return (str(told["fault"]), str(told.get("setting", NOTHING)), *figures)


def _both(old: str, new: str) -> str:
    return old if old == new else f"{old} → {new}"


def _figure(side: _Side, name: str) -> str:
    figure = str(side.figures.get(name, NOTHING))
    return figure if side.passed else f"{figure}!"
