"""What became of the events of a history. All functions are pure; ids come back sorted.

Attempted is what was tried, acked is what the producer was told was accepted, effect is the row that exists. All of
them ask for a history after a full drain: before it, what is still on its way would count as lost.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from harness.errors import PreflightError
from harness.history.record import Kind, Record

History = Sequence[Record]


def lost(history: History) -> list[str]:
    """Acked without effect."""
    return sorted(_ids(history, Kind.ACKED) - _ids(history, Kind.EFFECT))


def duplicated(history: History) -> list[str]:
    """More effects than attempts, of what was attempted at all."""
    attempts, effects = _times(history, Kind.ATTEMPTED), _times(history, Kind.EFFECT)
    return sorted(event for event in attempts if effects[event] > attempts[event])


def unexpected(history: History) -> list[str]:
    """Effect that was never attempted."""
    return sorted(_ids(history, Kind.EFFECT) - _ids(history, Kind.ATTEMPTED))


def recovered(history: History) -> list[str]:
    """Effect whose attempt was not acked."""
    effects = _ids(history, Kind.EFFECT) & _ids(history, Kind.ATTEMPTED)
    return sorted(effects - _ids(history, Kind.ACKED))


def late(history: History, bound: float) -> list[str]:
    """Acked whose first effect came more than `bound` seconds afterwards. What has no effect is lost, not late."""
    acked, effect = first(history, Kind.ACKED), first(history, Kind.EFFECT)
    return sorted(event for event in acked.keys() & effect.keys() if effect[event] - acked[event] > bound)


@dataclass(frozen=True)
class Tally:
    """The figures of one history: how many events of each sort."""

    attempted: int
    acked: int
    effect: int
    lost: int
    duplicated: int
    unexpected: int
    recovered: int


def tally(history: History) -> Tally:
    """The figures. Raises PreflightError when nothing was acked: such a run proves nothing."""
    acked = _ids(history, Kind.ACKED)
    if not acked:
        raise PreflightError("no event was accepted by the broker: nothing can be said about what became of them")
    counts = [len(check(history)) for check in (lost, duplicated, unexpected, recovered)]
    return Tally(len(_ids(history, Kind.ATTEMPTED)), len(acked), len(_ids(history, Kind.EFFECT)), *counts)


def first(history: History, kind: Kind) -> dict[str, float]:
    """Event -> when (monotonic) it had its first record of that kind."""
    times: dict[str, float] = {}
    for record in history:
        if record.kind is kind:
            times[record.event] = min(record.monotonic, times.get(record.event, record.monotonic))
    return times


def _ids(history: History, kind: Kind) -> set[str]:
    return {record.event for record in history if record.kind is kind}


def _times(history: History, kind: Kind) -> "Counter[str]":
    return Counter(record.event for record in history if record.kind is kind)
