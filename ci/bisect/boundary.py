"""Binary search for the place in a row at which an answer changes, where some places give none. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Boundary:
    """Between places `before` and `after` it changes (-1 and the row's length are ends); those within said nothing."""

    before: int
    after: int

    @property
    def untold(self) -> range:
        """The places in between."""
        return range(self.before + 1, self.after)


def boundary(row: Sequence[str], answer: Callable[[str], bool | None]) -> Boundary:
    """Where the answer goes from False to True; before the row it is False, behind it True.

    None is an answer that could not be had: a neighbour is asked instead, the nearest to the middle first. If it
    changes more than once, one of these places is found.
    """
    low, high = -1, len(row)
    silent: set[int] = set()
    while open_ := [place for place in range(low + 1, high) if place not in silent]:
        middle = (low + high) / 2
        place = min(open_, key=lambda one: abs(one - middle))
        told = answer(row[place])
        if told is None:
            silent.add(place)
        elif told:
            high = place
        else:
            low = place
    return Boundary(low, high)
