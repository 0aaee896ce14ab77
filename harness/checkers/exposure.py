"""Which events a fault could reach, and whether traffic flowed around it. All functions are pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from harness.checkers.delivery import first
from harness.history.record import Kind, Record

History = Sequence[Record]
ENDINGS = (Kind.ENDED, Kind.FAILED, Kind.REVOKED)  # FAILED alone when the process was lost

ACK_SECONDS = 1.0  # the broker is told of a task's end a moment after it


@dataclass(frozen=True)
class Window:
    """When a fault was on, by the machine's monotonic clock, in seconds: between `begin` and `on` it was coming."""

    begin: float
    end: float
    on: float

    def records(self, fault: str, stack: str) -> tuple[Record, Record]:
        """The beginning and the end of that fault, for a history."""
        begins = Record.at(self.begin, Kind.FAULT, stack=stack, detail=f"{fault} begins")
        return begins, Record.at(self.end, Kind.FAULT, stack=stack, detail=f"{fault} ends")


@dataclass(frozen=True)
class Liveness:
    """Tasks that succeeded before, during and after a window. Without traffic before and after, nothing is proven."""

    before: int
    during: int
    after: int


def liveness(history: History, window: Window) -> Liveness:
    """How many tasks succeeded when."""
    times = [record.monotonic for record in history if record.kind is Kind.SUCCEEDED]
    before, after = sum(time < window.begin for time in times), sum(time > window.end for time in times)
    return Liveness(before, len(times) - before - after, after)


def resumed_after(history: History, window: Window) -> "float | None":
    """The longest time without a receipt, in seconds, from the window's end until a success of what came behind it.

    None: no event that was attempted behind the window has succeeded. What had piled up is done before that, and says
    how fast the machine is; a worker that goes on receiving consumes.
    """
    behind = [record for record in history if record.monotonic > window.end]  # first: it is asked at each look
    attempted, succeeded = first(behind, Kind.ATTEMPTED), first(behind, Kind.SUCCEEDED)
    done = min((time for event, time in succeeded.items() if event in attempted), default=None)
    if done is None:
        return None
    received = (record.monotonic for record in behind if record.kind is Kind.RECEIVED and record.monotonic < done)
    return max(later - earlier for earlier, later in pairwise([window.end, *sorted(received), done]))


def publishing(history: History, window: Window) -> set[str]:
    """Events whose handing over touched the window: the producer may have sent their message twice, or in vain."""
    told = {**first(history, Kind.REFUSED), **first(history, Kind.ACKED)}
    attempted = first(history, Kind.ATTEMPTED)
    return {
        event for event, time in attempted.items() if time <= window.end and told.get(event, window.end) >= window.begin
    }


def on_the_way(history: History, window: Window) -> set[str]:
    """Events attempted before the fault was on whose task had not ended, and been acknowledged, before it began."""
    attempted = first(history, Kind.ATTEMPTED)
    return {event for event, time in attempted.items() if time <= window.on} - _ended_before(history, window.begin)


def begun(history: History, window: Window) -> set[str]:
    """Events whose task had started before the window's end, and not ended before it began."""
    started = {record.event for record in history if record.kind is Kind.STARTED and record.monotonic <= window.end}
    return started - {record.event for record in history if record.kind in ENDINGS and record.monotonic < window.begin}


def _ended_before(history: History, instant: float) -> set[str]:
    known = instant - ACK_SECONDS
    return {record.event for record in history if record.kind in ENDINGS and record.monotonic < known}
