"""Histories that a run kept: who did what to which event, and when."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PRODUCED = ("attempted", "acked", "refused")
WORKED = ("received", "started", "succeeded", "retried", "failed", "ended", "revoked")


@dataclass(frozen=True)
class Record:
    """One line of a history. `at` is in seconds since its first one.

    `event` is empty for faults and moments; which one, and what of it, is their `detail`.
    """

    kind: str
    event: str
    at: float
    process: str
    stack: str
    detail: str


@dataclass(frozen=True)
class History:
    """The records of one file, by time. `title` is its path in the run folder."""

    title: str
    records: Sequence[Record]

    @property
    def seconds(self) -> float:
        """From its first record to its last."""
        return self.records[-1].at

    def of(self, *kinds: str) -> list[Record]:
        """The records of these kinds."""
        return [one for one in self.records if one.kind in kinds]


def histories(run: Path) -> Iterator[History]:
    """The histories of a run folder that hold anything. A line that is not whole is left out."""
    for path in sorted(run.rglob("*history*.jsonl")):
        lines = [line for line in map(_parsed, path.read_text(errors="replace").splitlines()) if line]
        if lines:
            first = min(line["monotonic"] for line in lines)
            records = sorted((_record(line, first) for line in lines), key=lambda one: one.at)
            yield History(str(path.relative_to(run)), records)


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        line = json.loads(text)
    except ValueError:
        return {}
    at = line.get("monotonic") if isinstance(line, dict) and "kind" in line else None
    return line if isinstance(at, int | float) and math.isfinite(at) else {}


def _record(line: Mapping[str, Any], first: float) -> Record:
    event, process, stack, detail = (str(line.get(key) or "") for key in ("event", "process", "stack", "detail"))
    return Record(str(line["kind"]), event, line["monotonic"] - first, process, stack, detail)


def followed(history: History) -> list[Record]:
    """The records of the event that tells most: written in the end, through a fault or a moment, the longest way."""
    by_event: dict[str, list[Record]] = {}
    for one in history.of(*PRODUCED, *WORKED, "effect"):
        if one.event:
            by_event.setdefault(one.event, []).append(one)
    turns = [one.at for one in history.of("fault", "moment")]
    return max(by_event.values(), key=lambda records: _tells(records, turns), default=[])


def _tells(records: Sequence[Record], turns: Sequence[float]) -> tuple[bool, int, float]:
    kinds = {one.kind for one in records}
    begin, end = records[0].at, records[-1].at
    crossed = sum(begin <= turn <= end for turn in turns)
    return {"attempted", "effect"} <= kinds, crossed, end - begin
