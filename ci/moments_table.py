"""What became of the logins at each moment of an upgrade, beside what becomes of them without one. Pure."""

from collections.abc import Sequence

from ci.comparison import Comparison
from harness.moments import Moment

COUNTS = ("attempted", "acked", "effect", "lost", "duplicated")


def rows(comparisons: Sequence[Comparison]) -> list[tuple[str, ...]]:
    """Moment, then its counts with the baseline on both sides, then with the candidate as the new side.

    A moment that was not reached has "·" in the place of its counts. Empty when none was asked about.
    """
    names = {f"moment: {moment.value}": moment.value for moment in Moment}
    found = {
        name: one
        for one in comparisons
        for name in names
        if name in {**one.baseline.observations, **one.candidate.observations}
    }
    return [(names[name], *_counts(found[name], name)) for name in names if name in found]


def _counts(one: Comparison, name: str) -> list[str]:
    tallies = (arm.observations.get(name, {}) for arm in (one.baseline, one.candidate))
    return [str(tally.get(count, "·")) for tally in tallies for count in COUNTS]
