"""Findings: what differs between baseline and candidate, one by one, each with a stable id and a replay line."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from ci.comparison import Change, Comparison

TOLD = (Change.REGRESSED, Change.FLAKY, Change.UNKNOWN, Change.FIXED, Change.BROKEN_IN_BOTH)


@dataclass(frozen=True)
class Finding:
    """One difference. `id` depends on the scenario and the kind of change alone: the same on every machine.

    `cause` is the first that was seen, of a round the candidate's before the baseline's; of what is
    broken in both for another cause now, both.
    """

    id: str
    change: Change
    scenario: str
    cause: str
    replay: str


def identity(change: Change, scenario: str) -> str:
    """A finding's id."""
    return sha256(f"{change.value} {scenario}".encode()).hexdigest()[:8]


def findings(comparisons: Sequence[Comparison], run: str) -> list[Finding]:
    """The findings of a run, by weight. Scenarios that are the same or skipped make none."""
    told = [one for change in TOLD for one in comparisons if one.change is change]
    return [_finding(one, run) for one in told]


def _finding(one: Comparison, run: str) -> Finding:
    key = identity(one.change, one.scenario)
    return Finding(key, one.change, one.scenario, _cause(one), f"./ci/preflight replay {run} {key}")


def _cause(one: Comparison) -> str:
    if one.change is Change.BROKEN_IN_BOTH and one.differs_in_cause:
        return f"{one.candidate.cause} (on the baseline: {one.baseline.cause})"
    return next((outcome.cause for old, new in one.rounds for outcome in (new, old) if outcome.cause), "")
