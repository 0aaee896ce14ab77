"""Rounds on sets, counted and remembered."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Protocol

from ci.bisect.journal import Journal
from ci.bisect.oracle import Oracle
from ci.bisect.sets import Sets
from ci.plan import Step
from harness.outcomes import FAILED, PASSED, UNKNOWN, Outcome
from harness.stack.store import Stack

KEPT = ("scenario", "result", "cause", "seconds", "started")
WEIGHT = {FAILED: 0, UNKNOWN: 1, PASSED: 2}


class Show(Protocol):
    """Where a person sees what goes on."""

    def before(self, number: int, step: Step) -> None:
        """A try begins."""

    def after(self, number: int, step: Step) -> None:
        """It has ended, with its remark and its seconds."""


@dataclass(frozen=True)
class Tried:
    """What came of a set: it fails when any of its rounds failed, it passes when each of them passed."""

    rounds: tuple[Outcome, ...]

    @property
    def decisive(self) -> Outcome:
        """The first round that failed, else one of which nothing is known, else the first."""
        return min(self.rounds, key=lambda one: WEIGHT[one.result])

    @property
    def failed(self) -> int:
        """How many of the rounds failed."""
        return sum(one.result == FAILED for one in self.rounds)

    def __str__(self) -> str:
        one = self.decisive
        words = {PASSED: "passes", UNKNOWN: "nothing is known", FAILED: "fails" if one.started else "does not start"}
        count = sum(other.result == one.result for other in self.rounds)
        cause = f": {one.cause}" if one.cause else ""
        return f"{words[one.result]}, {count} of {len(self.rounds)} rounds{cause}"


class Trials:
    """Tries sets, `times` rounds each, as the journal does not know them yet. Not for deciding what to try next."""

    def __init__(self, sets: Sets, oracle: Oracle, journal: Journal, times: int, show: Show) -> None:
        self.times = times
        self.sets = sets
        self._oracle = oracle
        self._journal = journal
        self._show = show
        self._known: dict[str, list[Outcome]] = {}
        for line in journal.lines("tried"):  # where nothing was learnt before, something may be now
            learnt = (one for one in line["rounds"] if one["result"] != UNKNOWN)
            self._known.setdefault(line["lock"], []).extend(Outcome(**one) for one in learnt)

    @property
    def rounds(self) -> int:
        """How many rounds have been run, in this process and in those before it."""
        return sum(len(line["rounds"]) for line in self._journal.lines("tried"))

    @property
    def seconds(self) -> float:
        """How long the rounds took by the wall clock, environments included, in all these processes."""
        return float(sum(line["seconds"] for line in self._journal.lines("tried")))

    def of(self, stack: Stack) -> Tried:
        """What comes of a set: one failed round is enough, passing takes all of them."""
        while not self._settled(stack):
            missing = self.times - len(self._rounds(stack))
            self._run([stack] * min(missing, self._oracle.at_once))
        return Tried(tuple(self._rounds(stack)))

    def every_round(self, *stacks: Stack) -> list[Tried]:
        """What comes of sets in each of their rounds, beside one another."""
        missing = [[one] * (self.times - len(self._rounds(one))) for one in stacks]
        turns = [one for one in chain.from_iterable(zip_longest(*missing)) if one]
        for begin in range(0, len(turns), self._oracle.at_once):
            self._run(turns[begin : begin + self._oracle.at_once])
        return [Tried(tuple(self._rounds(one))) for one in stacks]

    def _settled(self, stack: Stack) -> bool:
        known = self._rounds(stack)
        return len(known) >= self.times or any(one.result != PASSED for one in known)

    def _rounds(self, stack: Stack) -> Sequence[Outcome]:
        return self._known.get(stack.lock.digest, [])

    def _run(self, stacks: Sequence[Stack]) -> None:
        number = self._next()
        apart = list(dict.fromkeys(stacks))
        step = Step(" and ".join(map(self.sets.briefly, apart)), lambda: "")
        self._show.before(number, step)
        begun = time.monotonic()
        outcomes = self._oracle.outcomes(stacks, self._journal.folder.path / f"try-{number:02}")
        step.seconds = time.monotonic() - begun
        came = {one: Tried(tuple(o for o, s in zip(outcomes, stacks, strict=True) if s == one)) for one in apart}
        for share, (stack, tried) in enumerate(came.items()):
            self._keep(stack, tried, 0.0 if share else step.seconds)
        step.remark = "; ".join(map(str, came.values()))
        self._show.after(number, step)

    def _keep(self, stack: Stack, tried: Tried, seconds: float) -> None:
        rounds = [{key: getattr(one, key) for key in KEPT} for one in tried.rounds]
        facts = {"lock": stack.lock.digest, "set": self.sets.told(stack), "rounds": rounds}
        self._journal.add("tried", facts | {"seconds": round(seconds, 1)})
        self._known.setdefault(stack.lock.digest, []).extend(tried.rounds)

    def _next(self) -> int:
        """The next try's number; one that was cut off keeps its own, with the logs that it left."""
        return 1 + len(list(self._journal.folder.path.glob("try-*")))
