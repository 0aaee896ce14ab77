"""Delta debugging: which of the parts that moved suffice for what changed. Pure.

ddmin of Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (IEEE TSE 28/2, 2002), on sets that
a resolver completes: who asks for some parts may get more, because one needs another, or no set at all.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

Complete = Callable[[Sequence[str]], frozenset[str] | None]
Suffices = Callable[[Sequence[str]], bool | None]


def smallest(parts: Sequence[str], complete: Complete, suffices: Suffices) -> list[str]:
    """A smallest part of `parts`, all of which suffice, that still does: without any one of it, it would not.

    `complete`: what really moves when these are asked for; None when they cannot be had together.
    `suffices`: whether what is asked for, completed, has the effect; None when it cannot be told.
    The order of `parts` is kept. The likely ones first make it quick: the answer does not depend on the order when
    there is only one.
    """
    left, pieces = list(parts), 2
    while len(left) > 1:
        if smaller := next(_sufficing(left, pieces, complete, suffices), None):
            was_piece = len(smaller) <= -(-len(left) // pieces)
            left, pieces = smaller, 2 if was_piece else max(pieces - 1, 2)
        elif pieces < len(left):
            pieces = min(2 * pieces, len(left))
        else:
            break
    return left


def _sufficing(left: list[str], pieces: int, complete: Complete, suffices: Suffices) -> Iterator[list[str]]:
    """The tries of one step, pieces before complements, that are really smaller and suffice."""
    cut = _cut(left, pieces)
    complements = [[one for one in left if one not in piece] for piece in cut] if pieces > 2 else []
    for asked in [*cut, *complements]:
        moved = complete(asked)
        if moved is not None and moved < set(left) and suffices(asked):
            yield [one for one in left if one in moved]


def _cut(parts: list[str], pieces: int) -> list[list[str]]:
    """`parts` in that many pieces of nearly the same length."""
    ends = [len(parts) * number // pieces for number in range(pieces + 1)]
    return [parts[begin:end] for begin, end in pairwise(ends)]
