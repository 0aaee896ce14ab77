"""The claim of asynchronous delivery, put to the test: a slow audit table does not slow the login.

The same load on a table as it is, on one where each insert takes 50 ms, and on one that is locked for five seconds.
What is compared is the 95th percentile of the logins *under way* while the table was so: whoever logs in again only
after an answer makes few logins in bad times, and all of a run together would hide those few (coordinated omission).
"""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import Enum
from statistics import median

import numpy as np

from harness.errors import PreflightError
from harness.faults.postgres_faults import locked
from harness.waiting import wait_until
from load import reading
from load.answers import Answer
from load.arm import Arm, Servers
from load.parts import Parts, up
from load.shapes import Shape, find

ALLOWED = 1.10  # of the normal p95: within ten per cent of it
SLOW_SECONDS = 0.05
LOCKED_SECONDS = 5.0
UNDER_LOAD_SECONDS = 60.0  # a guard against hanging
TABLE = "accounts_authauditlog"
SLOW = f"""
    CREATE FUNCTION wait_a_while() RETURNS trigger LANGUAGE plpgsql AS
        'BEGIN PERFORM pg_sleep({SLOW_SECONDS}); RETURN NEW; END';
    CREATE TRIGGER slow BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION wait_a_while();
"""
AS_EVER = f"DROP TRIGGER slow ON {TABLE}; DROP FUNCTION wait_a_while();"

Window = tuple[float, float]  # seconds since 1970, UTC


class Table(Enum):
    """How the audit table is while people log in."""

    NORMAL = "as it is"
    SLOW = "each insert takes 50 ms"
    LOCKED = "locked for 5 s"


@dataclass(frozen=True)
class Turn:
    """Seconds of the logins under way while the table was so, and how many rows of the turn are missing.

    `lost` is counted after the table was put right and the backlog drained.
    """

    table: Table
    latencies: list[float]
    lost: int


@dataclass(frozen=True)
class Claim:
    """What one way of delivery did, turn by turn: normal ones first, last, and between any two others."""

    way: str
    turns: Sequence[Turn]

    def p95(self, table: Table) -> float:
        """95 of 100 logins took less, in seconds, all turns together."""
        return _p95(one for one in self.turns if one.table is table)

    def ratio(self, table: Table) -> float:
        """The median of its turns' p95, each in terms of its neighbours', which are normal: a machine drifts."""
        places = [place for place, turn in enumerate(self.turns) if turn.table is table]
        return median(_p95([self.turns[at]]) / _p95([self.turns[at - 1], self.turns[at + 1]]) for at in places)

    @property
    def lost(self) -> int:
        """Accepted logins without a row, of all turns."""
        return sum(turn.lost for turn in self.turns)

    @property
    def holds(self) -> bool:
        """Whether logins stay within ALLOWED of their normal p95 however the table is, and nothing is lost."""
        return self.lost == 0 and all(self.ratio(table) <= ALLOWED for table in (Table.SLOW, Table.LOCKED))


def measure(arm: Arm, servers: Servers, number: int = 0, seconds: float = 7.0, rounds: int = 3) -> Claim:
    """Load an arm with each table in turn, `seconds` (more than LOCKED_SECONDS) a turn, `rounds` times.

    Raises as Rig.log_in, and PreflightError when the table could not be locked.
    """
    shape = find("few").lasting(seconds)
    order = [Table.NORMAL, *(Table.SLOW, Table.NORMAL, Table.LOCKED, Table.NORMAL) * rounds]
    with up(arm, servers, number) as parts:
        _turn(parts, Table.NORMAL, "warm", shape.lasting(2.0))
        return Claim(arm.way, [_turn(parts, table, f"turn-{place}", shape) for place, table in enumerate(order)])


def _p95(turns: Iterable[Turn]) -> float:
    return float(np.percentile([seconds for turn in turns for seconds in turn.latencies], 95))


def under_way(answers: Sequence[Answer], window: Window) -> list[float]:
    """The seconds of those that had begun by its end and had no answer at its beginning."""
    return [one.seconds for one in answers if one.at > window[0] and one.at - one.seconds < window[1]]


def _turn(parts: Parts, table: Table, name: str, shape: Shape) -> Turn:
    parts.table.empty()
    with _table(parts, table) as window:
        told = parts.locust.run(shape, name, parts.raise_if_exited)
    if table is Table.LOCKED and not window:
        raise PreflightError(f"{TABLE} was never locked: nobody had logged in, or it was not to be had")
    parts.drain(len(told.acked()))
    lost = reading.counts(told, parts.table.rows()).lost
    return Turn(table, under_way(told.acked(), window[0] if window else (0.0, np.inf)), lost)


@contextmanager
def _table(parts: Parts, table: Table) -> Iterator[list[Window]]:
    """Have the table so; a lock's time is told once it is over."""
    windows: list[Window] = []
    with ExitStack() as undoing:
        if table is Table.SLOW:
            parts.table.execute(SLOW)
            undoing.callback(parts.table.execute, AS_EVER)
        elif table is Table.LOCKED:
            thread = threading.Thread(target=_lock_for_a_while, args=(parts, windows))
            thread.start()
            undoing.callback(thread.join)
        yield windows


def _lock_for_a_while(parts: Parts, windows: list[Window]) -> None:
    """Once people are logging in: nobody can write for LOCKED_SECONDS."""
    sessions = "a login has left its web session"
    wait_until(lambda: parts.table.sessions() > 0, UNDER_LOAD_SECONDS, sessions, abort=parts.raise_if_exited)
    with locked(parts.table.url, TABLE):
        begun = time.time()
        threading.Event().wait(LOCKED_SECONDS)  # the fault itself: that it lasts
        windows.append((begun, time.time()))
