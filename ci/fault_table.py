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
    """A row for each fault and setting that scenarios observed: COLUMNS, what differs as "baseline → candidate".

    A figure has a "!" behind it where the scenario that observed it did not pass, and "·" stands for none. The order is
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
    trials: dict[tuple[str, str], list[Sequence[_Side]]] = {}
    for old, new in pairs:
        told = {**new.figures, **old.figures}
        if "fault" in told:
            trials.setdefault((str(told["fault"]), str(told.get("setting", NOTHING))), []).append((old, new))
    return [_row(names, *zip(*sides, strict=True)) for names, sides in trials.items()]


def _row(names: tuple[str, str], old: Sequence[_Side], new: Sequence[_Side]) -> tuple[str, ...]:
    return (*names, *(_both(_figure(old, name), _figure(new, name)) for name in COLUMNS[2:]))


def _both(old: str, new: str) -> str:
    return old if old == new else f"{old} → {new}"


def _figure(sides: Sequence[_Side], name: str) -> str:
    """As the scenario that observed it tells; where none did, as all of them."""
    telling = [side for side in sides if name in side.figures] or sides
    figure = str(telling[0].figures.get(name, NOTHING))
    return figure if all(side.passed for side in telling) else f"{figure}!"
