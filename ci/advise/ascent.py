"""The way to the furthest safe set: from everything newest backwards, by what the gate has against it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ci.advise.gates import Passage
from ci.bisect.search import Found
from harness.errors import PreflightError
from harness.stack.store import Stack


class NoAdvice(PreflightError):
    """The gate gave no answer that one could go by."""


class Asks(Protocol):
    """A gate."""

    def on(self, candidate: Stack, targets: Sequence[str]) -> Passage:
        """What it says of a candidate."""


@dataclass(frozen=True)
class Held:
    """What a search found that has to be held back: the set with just that, and those with one step more each."""

    found: Found
    stack: Stack
    beyond: tuple[Stack, ...]


@dataclass(frozen=True)
class Advice:
    """The furthest set that is safe. `held`: why it is not the newest of everything; None when it is.

    `beyond` are the sets one release further, with what the gate says of each.
    """

    stack: Stack
    passage: Passage
    held: Held | None = None
    beyond: tuple[tuple[Stack, Passage], ...] = field(default=())


def ascend(newest: Stack, targets: Sequence[str], gate: Asks, hold: Callable[[Sequence[str]], Held]) -> Advice:
    """The furthest safe set from `newest` on backwards.

    `hold` finds the least to be held back for some scenarios to pass: a cheap question, so the whole gate is asked only
    about what comes of it. What it has against that in turn is added. Raises NoAdvice, and what the two raise.
    """
    stack, blocking, held = newest, list[str](), None
    seen: dict[str, Passage] = {}
    while not (passage := gate.on(stack, targets)).is_safe:
        seen[stack.lock.digest] = passage
        new = [one for one in passage.blocking if one not in blocking]
        if not new:
            raise NoAdvice(f"{passage.answer} on {stack.name}, and nothing new to go by: {_why(passage)}")
        blocking += new
        held = hold(blocking)
        stack = held.stack
    further = held.beyond if held else ()
    beyond = tuple((one, seen.get(one.lock.digest) or gate.on(one, blocking)) for one in further)
    return Advice(stack, passage, held, beyond)


def _why(passage: Passage) -> str:
    return f"{passage.reasons[0]} (run {passage.run})"
