"""The way to the furthest safe set: from everything newest backwards, by what the gate has against it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ci.advise.gates import Passage
from ci.bisect.journal import NoAnswer
from ci.bisect.search import Found
from ci.verdict import Answer
from harness.stack.store import Stack


class NoAdvice(NoAnswer):
    """The gate gave no answer that one could go by."""


class Asks(Protocol):
    """A gate."""

    def on(self, candidate: Stack, targets: Sequence[str]) -> Passage:
        """What it says of a candidate."""


class Held(Protocol):
    """What is held back: how that was found, and the set with just that."""

    @property
    def found(self) -> Found:
        """What the search found."""

    @property
    def stack(self) -> Stack:
        """The set."""

    def beyond(self) -> "Beyond":
        """What is held back, with one release more of each part."""


@dataclass(frozen=True)
class Beyond:
    """The sets one release further that can be had, and which cannot be had, with the reason."""

    steps: Sequence[Held]
    absent: tuple[str, ...]


@dataclass(frozen=True)
class Advice:
    """The furthest set that is safe. `held`: why it is not the newest of everything; None when it is.

    `beyond` are the sets one release further, with what the gate says of each; `absent` are those that cannot be had.
    """

    stack: Stack
    passage: Passage
    held: Held | None = None
    beyond: tuple[tuple[Stack, Passage], ...] = ()
    absent: tuple[str, ...] = ()

    @property
    def doubts(self) -> list[str]:
        """Why it is not shown to be the furthest; none when each step beyond it is blocked."""
        if self.held and not self.beyond:
            return ["no set one release further can be had, so none could be asked about"]
        open_ = [(stack, said) for stack, said in self.beyond if said.answer != Answer.BLOCKED.name]
        return [f"{stack.name} is {said.answer}: {_why(said)}" for stack, said in open_]


def ascend(newest: Stack, targets: Sequence[str], gate: Asks, hold: Callable[[Sequence[str]], Held]) -> Advice:
    """The furthest safe set from `newest` on backwards, and then on again as long as a step further is safe.

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

    def said(step: Stack) -> Passage:
        told = seen.get(step.lock.digest) or gate.on(step, blocking)
        return gate.on(step, targets) if told.is_safe else told

    return _furthest(held, passage, said) if held else Advice(stack, passage)


def _furthest(held: Held, passage: Passage, said: Callable[[Stack], Passage]) -> Advice:
    """From a safe set on: the search has tried few scenarios and not each set, so it may have held back too much."""
    beyond, refused = held.beyond(), list[tuple[Stack, Passage]]()
    for step in beyond.steps:
        told = said(step.stack)
        if told.is_safe:
            return _furthest(step, told, said)
        refused.append((step.stack, told))
    return Advice(held.stack, passage, held, tuple(refused), beyond.absent)


def _why(passage: Passage) -> str:
    return f"{passage.reasons[0]} (run {passage.run})"
