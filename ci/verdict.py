"""From comparisons to the answer. Pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from ci.comparison import Change, Comparison


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


def judge(comparisons: Sequence[Comparison], limits: str = "", *, replayed: bool = False) -> Verdict:
    """The verdict on a run that came to its end. `limits` says what it was limited to.

    A confirmed regression blocks whatever else happened. Short of that, anything not known to be the same or better
    makes the run inconclusive; so does a baseline that does not start, and a run in which no scenario passed on both
    stacks, unless it `replayed` findings, which are about what differs.
    """
    if regressed := _of(comparisons, Change.REGRESSED):
        return Verdict(Answer.BLOCKED, tuple(_by_cause(regressed)))
    doubts = [f"{one.scenario}: flaky: {_causes(one)}" for one in _of(comparisons, Change.FLAKY)]
    doubts += [f"{one.scenario}: {_causes(one)}" for one in _of(comparisons, Change.UNKNOWN)]
    doubts += [
        f"the baseline does not start, so what runs today was not seen: {cause}" for cause in _unstarted(comparisons)
    ]
    same, fixed = _of(comparisons, Change.SAME), _of(comparisons, Change.FIXED)
    if not same and not (replayed and any(one.change is not Change.SKIPPED for one in comparisons)):
        doubts.append(
            "no scenario passed on both stacks, so nothing shows that the candidate does what the baseline did"
        )
    if doubts:
        return Verdict(Answer.INCONCLUSIVE, tuple(doubts))
    good = f"{len(same)} {'scenario' if len(same) == 1 else 'scenarios'} same, {len(fixed)} fixed, none worse"
    return Verdict(Answer.SAFE, tuple(filter(None, [good, limits])))


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
    seen = {
        f"{arm.result} {arm.cause}".strip() for pair in ((one.baseline, one.candidate), *one.repeats) for arm in pair
    }
    return "; ".join(sorted(seen))
