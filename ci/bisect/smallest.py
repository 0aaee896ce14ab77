"""Delta debugging: which of the parts that moved suffice for what changed. Pure.

ddmin of Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (IEEE TSE 28/2, 2002), on sets that
a resolver completes: who asks for some parts may get more, because one needs another, or no set at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Complete = Callable[[Sequence[str]], frozenset[str] | None]
Suffices = Callable[[Sequence[str]], bool | None]


def smallest(parts: Sequence[str], complete: Complete, suffices: Suffices) -> list[str]:
    """A smallest part of `parts`, all of which suffice, that still does: without any one of it, it would not.

    `complete`: what really moves when these are asked for; None when they cannot be had together.
    `suffices`: whether what is asked for, completed, has the effect; None when it cannot be told. On the way, a part of
    what is not enough is taken to be not enough either; but that nothing can be left out in the end is really tried,
    because some sets are not enough only for being odd.
    The order of `parts` is kept. The likely ones first make it quick: the answer does not depend on the order when
    there is only one.
    """
    so_far = _Left(list(parts), complete, suffices)
    pieces = 2
    while len(so_far.left) > 1:
        cut = -(-len(so_far.left) // pieces)
        if so_far.shrink(pieces):
            pieces = 2 if len(so_far.left) <= cut else max(pieces - 1, 2)
        elif pieces < len(so_far.left):
            pieces = min(2 * pieces, len(so_far.left))
        else:
            break
    return so_far.left


@dataclass
class _Left:
    """What is left, and what was seen not to be enough."""

    left: list[str]
    complete: Complete
    suffices: Suffices
    short: list[frozenset[str]] = field(default_factory=list)

    def shrink(self, pieces: int) -> bool:
        """Try smaller sets, halves first; in more pieces than two, all but one of them first. False when none is."""
        cut = _cut(self.left, pieces)
        last = pieces >= len(self.left)
        most = [[one for one in self.left if one not in piece] for piece in cut] if last or pieces > 2 else []
        return any(self._is_enough(asked, really=last) for asked in most) or any(map(self._is_enough, cut))

    def _is_enough(self, asked: Sequence[str], *, really: bool = False) -> bool:
        moved = self.complete(asked)
        if moved is None or not moved < set(self.left):
            return False
        if not really and any(moved <= one for one in self.short):
            return False
        told = self.suffices(asked)
        if told:
            self.left = [one for one in self.left if one in moved]
        elif told is False:
            self.short.append(moved)
        return bool(told)


def _cut(parts: list[str], pieces: int) -> list[list[str]]:
    """`parts` in that many pieces of nearly the same length."""
    ends = [len(parts) * number // pieces for number in range(pieces + 1)]
    return [parts[begin:end] for begin, end in pairwise(ends)]
