"""The areas with their counts and times, and every scenario in them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ci.comparison import Change
from ci.question import ARMS
from ci.report.words import sentence, variant


@dataclass(frozen=True)
class Row:
    """One scenario."""

    sentence: str
    variant: str
    change: str
    seconds: Sequence[float]


@dataclass(frozen=True)
class Area:
    """A folder of scenarios: how many changed how, and how long each stack took, in seconds."""

    name: str
    counts: Mapping[str, int]
    seconds: Sequence[float]
    rows: Sequence[Row]


def areas(results: Mapping[str, Any]) -> list[Area]:
    """The areas that ran, by name."""
    names = sorted({one["area"] for one in results["scenarios"]})
    return [_area(name, [one for one in results["scenarios"] if one["area"] == name]) for name in names]


def changes(results: Mapping[str, Any]) -> dict[str, int]:
    """The changes that occur, the weightiest first, and how often."""
    counts = Counter(one["change"] for one in results["scenarios"])
    return {change.value: counts[change.value] for change in Change if counts[change.value]}


def _area(name: str, scenarios: Sequence[Mapping[str, Any]]) -> Area:
    rows = [_row(one) for one in scenarios]
    sums = [sum(row.seconds[place] for row in rows) for place in range(len(ARMS))]
    return Area(name, Counter(row.change for row in rows), sums, rows)


def _row(one: Mapping[str, Any]) -> Row:
    seconds = [one[arm]["seconds"] for arm in ARMS]
    return Row(sentence(one["scenario"]), variant(one["scenario"]), one["change"], seconds)
