"""What workers have taken, and are in the middle of. All functions are pure, and leave what beat sends out."""

from collections.abc import Iterable, Sequence

from harness.checkers.exposure import ENDINGS
from harness.history.record import Kind, Record

History = Sequence[Record]
TICK = "tick"  # the event id of what beat sends


def takers(history: History) -> set[str]:
    """The processes that have taken an event."""
    return {one.process for one in history if one.kind is Kind.RECEIVED and one.event != TICK}


def all_taken(history: History, queued: Iterable[str] = ()) -> bool:
    """Whether each event that was accepted, and is not in the queue, has been taken by somebody."""
    return _events(history, Kind.ACKED) <= _events(history, Kind.RECEIVED) | set(queued)


def at_rest(history: History, queued: Sequence[str]) -> bool:
    """Whether each event has been taken, or lies in a queue from which nobody takes any more.

    One that lies there alone may be on its way; of more, a worker with room in its hands would have taken the first.
    """
    return len(queued) != 1 and all_taken(history, queued)


def in_the_middle(history: History, process: str = "") -> set[str]:
    """The events that this process, or any, has begun and not ended."""
    own = [one for one in history if process in {"", one.process}]
    return _events(own, Kind.STARTED) - _events(own, *ENDINGS)


def _events(history: History, *kinds: Kind) -> set[str]:
    return {one.event for one in history if one.kind in kinds and one.event != TICK}
