"""From comparisons to the answer. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from ci.accepted import Accepted
from ci.comparison import Change, Comparison
from harness.outcomes import Outcome

NOTHING_ACCEPTED = Accepted()


class Answer(Enum):
    """The three answers, and the two ways of having none. The values are exit codes."""

    SAFE = 0
    BLOCKED = 1
    USAGE_ERROR = 2
    INCONCLUSIVE = 3
    UNRESOLVABLE = 4


@dataclass(frozen=True)
class Verdict:
    """An answer and its reasons, one line each, the weightiest first."""

    answer: Answer
    reasons: tuple[str, ...]


def judge(
    comparisons: Sequence[Comparison],
    limits: str = "",
    replayed: Mapping[str, str] | None = None,
    accepted: Accepted = NOTHING_ACCEPTED,
) -> Verdict:
    """The verdict on a run that came to its end. `limits` says what it was limited to.

    A confirmed regression blocks whatever else happened. Short of that, anything not known to be the same or better
    makes the run inconclusive; so does a baseline that does not start, and a run in which no scenario passed on both
    stacks. A run that `replayed` findings (scenario -> what changed then) is about what differs: nothing has to
    be the same there, but what does not show up again is in doubt. Regressions that are `accepted` do not block; they
    do not count as something that works either.
    """
    regressed = _of(comparisons, Change.REGRESSED)
    if blocking := [one for one in regressed if one.scenario not in accepted.held]:
        lapsed = [
            f"{one.scenario}: {accepted.lapsed[one.scenario]}" for one in blocking if one.scenario in accepted.lapsed
        ]
        return Verdict(Answer.BLOCKED, (*_by_cause(blocking), *lapsed))
    comparisons = [one for one in comparisons if one not in regressed]
    doubts = [f"{one.scenario}: flaky: {_causes(one)}" for one in _of(comparisons, Change.FLAKY)]
    doubts += [f"{one.scenario}: {_causes(one)}" for one in _of(comparisons, Change.UNKNOWN)]
    doubts += [
        f"the baseline does not start, so what runs today was not seen: {cause}" for cause in _unstarted(comparisons)
    ]
    doubts += [f"{one.scenario} imports on neither stack: {one.candidate.cause}" for one in _files(comparisons)]
    doubts += [f"{one.scenario}: the candidate does not start: {one.candidate.cause}" for one in _hidden(comparisons)]
    doubts += [f"{one}: {was} in the run that is replayed" for one, was in _differing(comparisons, replayed)]
    same, fixed = _of(comparisons, Change.SAME), _of(comparisons, Change.FIXED)
    if not same and not (replayed and any(one.change is not Change.SKIPPED for one in comparisons)):
        doubts.append(
            "no scenario passed on both stacks, so nothing shows that the candidate does what the baseline did"
        )
    if doubts:
        return Verdict(Answer.INCONCLUSIVE, tuple(doubts))
    good = f"{_number(same)} same, {len(fixed)} fixed, none worse"
    if both := _of(comparisons, Change.BROKEN_IN_BOTH):
        other = sum(one.differs_in_cause for one in both)
        good += f"; {_number(both)} broken in both{f', {other} of them for another cause now' if other else ''}"
    if skipped := _of(comparisons, Change.SKIPPED):
        good += f"; {_number(skipped)} skipped on the baseline, the first because: {skipped[0].baseline.cause}"
    if regressed:
        good += f"; {len(regressed)} accepted"
    stale = [f"{one.id} is accepted and no longer occurs: {one.scenario}" for one in accepted.stale]
    return Verdict(Answer.SAFE, tuple(filter(None, [good, limits, *stale])))


def _number(some: Sequence[Comparison]) -> str:
    return f"{len(some)} scenario{'' if len(some) == 1 else 's'}"


def _files(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Whole files of scenarios that neither stack could import: whatever they would have shown is missing."""
    both = (one for one in comparisons if "::" not in one.scenario)
    return [one for one in both if one.change is Change.BROKEN_IN_BOTH]


def _hidden(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Failed on both, but on the candidate because a process did not start: worse than on the baseline."""
    return [one for one in comparisons if one.baseline.started and not one.candidate.started]


def _differing(comparisons: Sequence[Comparison], before: Mapping[str, str] | None) -> list[tuple[str, str]]:
    """Replayed scenarios that changed otherwise than they did then, each with what it was."""
    pairs = [(one, (before or {}).get(one.scenario)) for one in comparisons]
    return [(f"{one.scenario} is now {one.change.value}", was) for one, was in pairs if was and was != one.change.value]


def _of(comparisons: Sequence[Comparison], change: Change) -> list[Comparison]:
    return [one for one in comparisons if one.change is change]


def _unstarted(comparisons: Sequence[Comparison]) -> list[str]:
    """Why processes of the baseline did not start: its failures are nothing that a candidate could be better at."""
    return list(dict.fromkeys(one.baseline.cause for one in comparisons if not one.baseline.started))


def _by_cause(regressed: Sequence[Comparison]) -> list[str]:
    """One line for each cause, the one that breaks most scenarios first."""
    causes = Counter(one.candidate.cause for one in regressed)
    lines = []
    for cause, count in causes.most_common():
        example = next(one.scenario for one in regressed if one.candidate.cause == cause)
        lines.append(f"{cause} ({example}{f' and {count - 1} more' if count > 1 else ''})")
    return lines


def _causes(one: Comparison) -> str:
    old, new = zip(*one.rounds, strict=True)
    return f"baseline {_tally(old)}; candidate {_tally(new)}"


def _tally(rounds: Sequence[Outcome]) -> str:
    """What was seen on one stack, the most frequent first, and in how many of its rounds."""
    seen = Counter(f"{one.result} {one.cause}".strip() for one in rounds).most_common()
    return ", ".join(f"{what} ({times} of {len(rounds)})" if len(seen) > 1 else what for what, times in seen)
