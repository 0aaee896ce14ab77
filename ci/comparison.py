"""What an upgrade changes for each scenario. Pure: outcomes in, comparisons out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from ci.causes import apart_from_numbers
from harness.outcomes import FAILED, PASSED, SKIPPED, Outcome


class Change(Enum):
    """How a scenario's outcome on the candidate relates to that on the baseline."""

    REGRESSED = "regressed"
    """Passed on the baseline, failed on the candidate, and did so again each time it was repeated."""
    FLAKY = "flaky"
    """Its rounds do not agree, as when it passed on the baseline and failed on the candidate, but not each time."""
    UNKNOWN = "unknown"
    """On one of the two it did not run to an end that says something about the stack."""
    FIXED = "fixed"
    """Failed on the baseline, passed on the candidate."""
    BROKEN_IN_BOTH = "broken in both"
    """Failed on both."""
    SAME = "same"
    """Passed on both."""
    SKIPPED = "skipped"
    """Skipped on the baseline, which has not got what it is about: nothing relied on today can have broken.

    On the candidate it was skipped as well, or passed.
    """


TABLE = {
    (PASSED, PASSED): Change.SAME,
    (PASSED, FAILED): Change.REGRESSED,
    (FAILED, PASSED): Change.FIXED,
    (FAILED, FAILED): Change.BROKEN_IN_BOTH,
    (SKIPPED, SKIPPED): Change.SKIPPED,
    (SKIPPED, PASSED): Change.SKIPPED,
}


@dataclass(frozen=True)
class Comparison:
    """One scenario on both stacks. `repeats` are the (baseline, candidate) outcomes of later rounds."""

    scenario: str
    baseline: Outcome
    candidate: Outcome
    repeats: tuple[tuple[Outcome, Outcome], ...] = ()

    @property
    def area(self) -> str:
        """See area_of."""
        return area_of(self.scenario)

    @property
    def rounds(self) -> list[tuple[Outcome, Outcome]]:
        """The (baseline, candidate) outcomes of each round, the first before its repeats."""
        return [(self.baseline, self.candidate), *self.repeats]

    @property
    def changes(self) -> list[Change]:
        """Each round's change."""
        return [TABLE.get((old.result, new.result), Change.UNKNOWN) for old, new in self.rounds]

    @property
    def change(self) -> Change:
        """What every round shows. Where they do not agree it is flaky, or unknown if one of them is."""
        changes = set(self.changes)
        if len(changes) == 1:
            return changes.pop()
        return Change.UNKNOWN if Change.UNKNOWN in changes else Change.FLAKY

    @property
    def differs_in_cause(self) -> bool:
        """Whether it fails on the candidate for another cause than on the baseline, numbers aside."""
        return apart_from_numbers(self.baseline.cause) != apart_from_numbers(self.candidate.cause)


def area_of(scenario: str) -> str:
    """The folder under scenarios/ that a scenario lives in; what is no scenario (load/...) is an area of its own."""
    return scenario.removeprefix("scenarios/").partition("/")[0]


def compare(baseline: Mapping[str, Outcome], candidate: Mapping[str, Outcome]) -> list[Comparison]:
    """One comparison for each scenario of either stack. One that has no outcome on a stack is unknown there."""
    scenarios = list(dict.fromkeys([*baseline, *candidate]))
    return [Comparison(one, _outcome(baseline, one), _outcome(candidate, one)) for one in scenarios]


def with_repeats(
    comparisons: Sequence[Comparison], rounds: Sequence[tuple[Mapping[str, Outcome], Mapping[str, Outcome]]]
) -> list[Comparison]:
    """The comparisons with the later rounds' outcomes added to those that were repeated."""
    repeated = {scenario for round_ in rounds for arm in round_ for scenario in arm}
    return [
        replace(
            one,
            repeats=tuple((_outcome(old, one.scenario), _outcome(new, one.scenario)) for old, new in rounds),
        )
        if one.scenario in repeated
        else one
        for one in comparisons
    ]


def _outcome(outcomes: Mapping[str, Outcome], scenario: str) -> Outcome:
    return outcomes.get(scenario, Outcome(scenario, "unknown", "it did not run"))
