"""The search: both ends first, then the packages, then the release of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ci.bisect.boundary import boundary
from ci.bisect.journal import NoAnswer
from ci.bisect.smallest import smallest
from ci.bisect.trials import Trials, Tried
from ci.causes import apart_from_numbers
from harness.outcomes import FAILED, PASSED, Outcome


class EndsDoNotDiffer(NoAnswer):
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

    `unclear`: whether these are needed could not be learnt. `versions` is what to ask for to have the smallest set that
    was seen to behave like the other end: the culprits at their `at`, and what else was held there with them.
    `is_fix`: the base fails and the other end passes. `failing` is the outcome that the failing end had.
    """

    culprits: tuple[Culprit, ...]
    along: tuple[str, ...]
    unclear: tuple[str, ...]
    versions: Mapping[str, str]
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
        self._failures: list[Outcome] = []
        self._reason = ""
        self._silent: dict[str, str] = {}

    def run(self) -> Found:
        """Search. Raises EndsDoNotDiffer, and whatever the oracle raises."""
        remarks = self._verify_ends()
        left = smallest(list(self._mixtures.parts), self._complete, self._suffices)
        roles = {part: self._role(part, left) for part in left}
        needed, along, unclear = (
            tuple(part for part, role in roles.items() if role == wanted) for wanted in ("needed", "along", "unclear")
        )
        if (versions := self._enough([*needed, *unclear], along)) is None:
            return self._not_narrowed(left, remarks)
        culprits = self._culprits(needed, () if unclear else left, versions)
        named = {one.part: one.at for one in culprits}
        others = tuple(part for part in along if part not in named)
        return self._found(culprits, (others, unclear), {**versions, **named}, remarks)

    def _culprits(self, needed: Sequence[str], tied: Sequence[str], versions: Mapping[str, str]) -> list[Culprit]:
        """The parts that are needed, each with its release.

        Without any: of `tied` parts, which only move together, those of which a release alone makes the difference.
        """
        culprits = []
        held = dict(versions if needed else self._mixtures.towards(tied))
        for part in needed or tied:
            found = self._release(part, held)
            if needed or found.before != self._mixtures.parts[part][0]:
                culprits.append(found)
                held[part] = found.at
        return culprits

    def least(self, found: Found) -> dict[str, str]:
        """What to ask for in place of found.versions, so that what came along moved no further than it has to."""
        versions = dict(found.versions)
        for part in [one for one in found.along if one in versions]:
            versions[part] = self._release(part, versions).at
        return versions

    def _not_narrowed(self, left: Sequence[str], remarks: Sequence[str]) -> Found:
        versions = self._mixtures.towards(left)
        why = f"with just these moved, it is not as on {self._mixtures.other.name}: {self._seen(versions)}"
        return self._found([], ((), tuple(left)), versions, [*remarks, why])

    def _found(
        self,
        culprits: Sequence[Culprit],
        others: tuple[tuple[str, ...], tuple[str, ...]],
        versions: Mapping[str, str],
        remarks: Sequence[str],
    ) -> Found:
        """The answer; `others` are those that come along and those that are unclear."""
        remarks = [*remarks, *(self._silence() if others[1] or not culprits else [])]
        return Found(tuple(culprits), *others, versions, self._wanted == PASSED, self._failures[0], tuple(remarks))

    def _verify_ends(self) -> list[str]:
        """Run both ends in every round; remarks on how firm they are."""
        base, other = self._trials.every_round(self._mixtures.base, self._mixtures.other)
        good, bad = (base, other) if base.failed < other.failed else (other, base)
        if good.decisive.result != PASSED or bad.decisive.result != FAILED:
            told = f"{self._mixtures.base.name}: {base}; {self._mixtures.other.name}: {other}"
            raise EndsDoNotDiffer(f"the two ends do not differ for certain, so there is nothing to search for: {told}")
        self._wanted = other.decisive.result
        self._failures = [one for one in bad.rounds if one.result == FAILED]
        return _risk(bad)

    def _complete(self, parts: Sequence[str]) -> frozenset[str] | None:
        stack = self._sets.stack(self._mixtures.towards(parts))
        return None if stack is None else self._mixtures.moved(stack)

    def _suffices(self, parts: Sequence[str]) -> bool | None:
        return self._answer(self._mixtures.towards(parts))

    def _role(self, part: str, left: Sequence[str]) -> str:
        """Whether a part of the smallest set is needed, or only comes along because another one asks for it.

        It is spare when the others suffice, with what they drag along in its place.
        """
        others = [one for one in left if one != part]
        moved = self._complete(others)
        if moved is None or part in moved:
            return "along"
        return {None: "unclear", True: "spare", False: "needed"}[bool(others) and self._suffices(others)]

    def _enough(self, parts: Sequence[str], along: Sequence[str]) -> dict[str, str] | None:
        """What to ask for so that it behaves like the other end: these parts, else with what comes along, one or all.

        None when nothing is enough. A release is searched for below a set that was seen to behave so, never a guess.
        """
        for asked in (parts, *([*parts, one] for one in along), [*parts, *along]):
            if self._answer(versions := self._mixtures.towards(asked)):
                return versions
        return None

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
        if self._is_about_something_else(tried):
            is_other = tried.decisive.result == FAILED
            self._reason = f"another thing is wrong with it: {tried}" if is_other else str(tried)
            self._silent[self._sets.briefly(stack)] = self._reason
            return None
        return tried.decisive.result == self._wanted

    def _is_about_something_else(self, tried: Tried) -> bool:
        """Nothing was learnt; or it fails, and in none of its rounds as the failing end did."""
        failures = [one for one in tried.rounds if one.result == FAILED]
        return not any(map(self._is_known, failures)) if failures else tried.decisive.result != PASSED

    def _is_known(self, failure: Outcome) -> bool:
        """Whether the failing end failed like this, numbers in the cause aside.

        Of several scenarios a round tells the first that fails. One that the failing end never told of has no cause to
        compare: only whether it started.
        """
        same = [_kind(one) for one in self._failures if one.scenario == failure.scenario]
        return _kind(failure) in same if same else failure.started in {one.started for one in self._failures}

    def _silence(self) -> list[str]:
        """What kept the search from an answer, where sets that were tried told nothing."""
        if not self._silent:
            return []
        *_, (told, why) = self._silent.items()
        number = len(self._silent)
        return [f"nothing could be learnt of {number} set{'' if number == 1 else 's'}, as of this one: {told}: {why}"]


def _kind(one: Outcome) -> tuple[bool, str]:
    return one.started, apart_from_numbers(one.cause)


def _risk(bad: Tried) -> list[str]:
    """How likely a set that fails is taken for one that passes, where the failing end does not fail each time."""
    passed, rounds = len(bad.rounds) - bad.failed, len(bad.rounds)
    if not passed:
        return []
    share = (passed / rounds) ** rounds
    return [f"the failing end fails in {bad.failed} of {rounds} rounds: a set like it passes {rounds} in {share:.0%}"]
