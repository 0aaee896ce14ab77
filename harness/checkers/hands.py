"""What workers have taken, and are in the middle of. All functions are pure."""

from collections.abc import Iterable, Sequence

from harness.history.record import Kind, Record

History = Sequence[Record]
TICK = "tick"  # the event id of what beat sends; who has taken what is asked about logins alone
BEGUN_OR_ENDED = (Kind.STARTED, Kind.ENDED)


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


def at_work(history: History, process: str = "") -> set[int]:
    """The pids that this process, or any, last began an event in and did not end one: a login's, or what beat sends."""
    last = {one.pid: one.kind for one in history if process in {"", one.process} and one.kind in BEGUN_OR_ENDED}
    return {pid for pid, kind in last.items() if kind is Kind.STARTED}


def _events(history: History, *kinds: Kind) -> set[str]:
    return {one.event for one in history if one.kind in kinds and one.event != TICK}
