"""The search: both ends first, then the packages, then the release of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ci.bisect.boundary import boundary
from ci.bisect.smallest import smallest
from ci.bisect.trials import Trials, Tried
from harness.errors import PreflightError
from harness.outcomes import FAILED, PASSED, Outcome


class EndsDoNotDiffer(PreflightError):
    """There is nothing to search for between these two, or it cannot be told from chance."""


@dataclass(frozen=True)
class Culprit:
    """One part that did it, and how exactly that is known.

    `before` is its last version that was seen to behave like the base, `at` the first that was seen to behave like the
    other end; what came of either is in `seen`. `untold` are the releases between them of which nothing could be
    learnt, with the reason.
    """

    part: str
    before: str
    at: str
    seen: tuple[str, str]
    untold: Mapping[str, str]


@dataclass(frozen=True)
class Found:
    """What did it: all `culprits` are needed for it. `along` had to move with them, as the resolver has it.

    `unclear`: whether these are needed could not be learnt. `is_fix`: the base fails and the other end passes.
    `failing` is the outcome that the failing end had.
    """

    culprits: tuple[Culprit, ...]
    along: tuple[str, ...]
    unclear: tuple[str, ...]
    is_fix: bool
    failing: Outcome
    remarks: tuple[str, ...]


class Search:
    """Finds what makes the other end behave otherwise than the base, in either direction."""

    def __init__(self, trials: Trials) -> None:
        self._trials = trials
        self._sets = trials.sets
        self._mixtures = trials.sets.mixtures
        self._wanted = ""
        self._failing = Outcome("", FAILED)
        self._reason = ""

    def run(self) -> Found:
        """Search. Raises EndsDoNotDiffer, and whatever the oracle raises."""
        remarks = self._verify_ends()
        left = smallest(list(self._mixtures.parts), self._complete, self._suffices)
        roles = {part: self._role(part, left) for part in left}
        needed, along, unclear = (
            tuple(part for part, role in roles.items() if role == wanted) for wanted in ("needed", "along", "unclear")
        )
        versions = self._mixtures.towards(needed)
        culprits = []
        for part in needed:
            culprits.append(self._release(part, versions))
            versions[part] = culprits[-1].at
        return Found(tuple(culprits), along, unclear, self._wanted == PASSED, self._failing, tuple(remarks))

    def _verify_ends(self) -> list[str]:
        """Run both ends in every round; remarks on how firm they are."""
        base, other = self._trials.every_round(self._mixtures.base, self._mixtures.other)
        good, bad = (base, other) if base.failed < other.failed else (other, base)
        if good.decisive.result != PASSED or bad.decisive.result != FAILED:
            told = f"{self._mixtures.base.name}: {base}; {self._mixtures.other.name}: {other}"
            raise EndsDoNotDiffer(f"the two ends do not differ for certain, so there is nothing to search for: {told}")
        self._wanted, self._failing = other.decisive.result, bad.decisive
        return _risk(bad)

    def _complete(self, parts: Sequence[str]) -> frozenset[str] | None:
        stack = self._sets.stack(self._mixtures.towards(parts))
        return None if stack is None else self._mixtures.moved(stack)

    def _suffices(self, parts: Sequence[str]) -> bool | None:
        return self._answer(self._mixtures.towards(parts))

    def _role(self, part: str, left: Sequence[str]) -> str:
        """Whether a part of the smallest set is needed, or only comes along because another one asks for it."""
        others = [one for one in left if one != part]
        moved = self._complete(others)
        if moved is None or part in moved:
            return "along"
        return "unclear" if others and self._suffices(others) is None else "needed"

    def _release(self, part: str, versions: Mapping[str, str]) -> Culprit:
        """Which release of a part did it, with the other culprits at these versions."""
        old, new = self._mixtures.parts[part]
        row, untold = self._sets.releases(part), dict[str, str]()

        def answer(release: str) -> bool | None:
            told = self._answer({**versions, part: release})
            if told is None:
                untold[release] = self._reason
            return told

        found = boundary(row, answer)
        before, at = [old, *row, new][found.before + 1], [old, *row, new][found.after + 1]
        seen = tuple(self._seen({**versions, part: one}) for one in (before, at))
        return Culprit(part, before, at, (seen[0], seen[1]), {row[place]: untold[row[place]] for place in found.untold})

    def _seen(self, asked: Mapping[str, str]) -> str:
        stack = self._sets.stack(asked)
        return f"{self._sets.told(stack)}: {self._trials.of(stack)}" if stack else self._sets.why_not(asked)

    def _answer(self, asked: Mapping[str, str]) -> bool | None:
        """Whether a set behaves like the other end; None when it cannot be had, or another thing is wrong with it."""
        stack = self._sets.stack(asked)
        if stack is None:
            self._reason = f"cannot be had: {self._sets.why_not(asked)}"
            return None
        tried = self._trials.of(stack)
        if self._is_about_something_else(tried.decisive):
            self._reason = str(tried)
            return None
        return tried.decisive.result == self._wanted

    def _is_about_something_else(self, one: Outcome) -> bool:
        """Nothing was learnt; or it does not even start where the failing end does; or the reverse."""
        failed = one.result == FAILED
        return (failed and one.started != self._failing.started) or one.result not in (PASSED, FAILED)


def _risk(bad: Tried) -> list[str]:
    """How likely a set that fails is taken for one that passes, where the failing end does not fail each time."""
    passed, rounds = len(bad.rounds) - bad.failed, len(bad.rounds)
    if not passed:
        return []
    share = (passed / rounds) ** rounds
    return [f"the failing end fails in {bad.failed} of {rounds} rounds: a set like it passes {rounds} in {share:.0%}"]
