"""Faults and moments in a picture of swim lanes: each from where to where, with names that do not cover one another."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ci.report.history import Record

BEGINS, ENDS = " begins", " ends"
LETTER = 8.5  # the width of one, on average
ROWS = 3


@dataclass(frozen=True)
class Turn:
    """A fault or a moment. `width` is 0 for what has no end, `name` empty where no row has room for it.

    The name stands right of the line, or left of it (`left`) where the picture ends.
    """

    x: float
    width: float
    kind: str
    name: str
    row: int = 0
    left: bool = False


def turns(records: Sequence[Record], x: Callable[[float], float], edge: float) -> list[Turn]:
    """The turns of a picture that ends at `edge`.

    One for each fault (a record that says that it begins, and the next that says that it ends) and each moment."""
    found: list[Turn] = []
    for number, one in enumerate(records):
        name = one.detail or one.kind
        if name.endswith(ENDS):
            continue
        end = next((later.at for later in records[number:] if later.detail == name.removesuffix(BEGINS) + ENDS), one.at)
        found.append(Turn(x(one.at), round(x(end) - x(one.at), 1), one.kind, name.removesuffix(BEGINS)))
    return _named(found, edge)


def _named(found: Sequence[Turn], edge: float) -> list[Turn]:
    taken = [float("-inf")] * ROWS  # up to where names stand in each row
    named = []
    for turn in found:
        length = LETTER * (len(turn.name) + 1)
        left = turn.x + length > edge
        begin = turn.x - length if left else turn.x
        row = next((row for row in range(ROWS) if taken[row] <= begin), None)
        if row is None:
            named.append(replace(turn, name=""))
        else:
            taken[row] = begin + length
            named.append(replace(turn, row=row, left=left))
    return named
