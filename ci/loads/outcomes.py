"""A load comparison in the gate's own terms: an outcome of each metric on both stacks. Pure."""

from collections.abc import Mapping, Sequence

from ci.question import LOAD, LOAD_ROUNDS
from harness.outcomes import FAILED, PASSED, SKIPPED, UNKNOWN, Outcome
from load.statistics import Answer, Weighed

EVENTS = f"{LOAD}::events"  # what became of them

Pair = tuple[Outcome, Outcome]


def outcomes(weighed: Sequence[Weighed], harms: Mapping[str, tuple[int, int]]) -> dict[str, Pair]:
    """Id -> the outcome on the baseline and on the candidate, for each metric and for what became of the events.

    What is worse failed on the candidate. What is too noisy to tell is unknown there when an answer is needed, and
    else skipped on both.
    """
    found = {f"{LOAD}::{one.metric.name}": _pair(one) for one in weighed}
    told = "; ".join(f"{new} {what}, on the baseline {old}" for what, (old, new) in harms.items())
    return found | {EVENTS: _failed(EVENTS, told) if harms else _both(EVENTS, PASSED)}


def ended(why: str) -> dict[str, Pair]:
    """The outcomes of rounds that ended in trouble: nothing is known."""
    return {LOAD_ROUNDS: _both(LOAD_ROUNDS, UNKNOWN, why)}


def _pair(one: Weighed) -> Pair:
    key = f"{LOAD}::{one.metric.name}"
    if one.answer is Answer.WORSE:
        return _failed(key, one.words)
    if one.answer is not Answer.TOO_NOISY:
        return _both(key, PASSED, one.words)
    noise = f"too noisy to tell: {one.words}"
    return (Outcome(key, PASSED), Outcome(key, UNKNOWN, noise)) if one.unanswered else _both(key, SKIPPED, noise)


def _failed(key: str, cause: str) -> Pair:
    return Outcome(key, PASSED), Outcome(key, FAILED, cause)


def _both(key: str, result: str, cause: str = "") -> Pair:
    return Outcome(key, result, cause), Outcome(key, result, cause)
