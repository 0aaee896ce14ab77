"""The head of a report: the answer in words, the two stacks, and how to ask again."""

import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ci.comparison import Change
from ci.gate import ALL, ARMS
from ci.report.words import begun, duration, number
from ci.verdict import Answer


@dataclass(frozen=True)
class Side:
    """One of the two stacks. Its versions are empty when it was never resolved; `notes` say what it was made of."""

    arm: str
    name: str
    python: str
    celery: str
    packages: int
    notes: Sequence[str]


@dataclass(frozen=True)
class Head:
    """What a reader sees first."""

    verdict: str
    meaning: str
    sides: Sequence[Side]
    again: str
    run: str
    begun: str
    took: str
    services: str


def head(results: Mapping[str, Any]) -> Head:
    """The head of the report on these results."""
    return Head(
        results["verdict"],
        meaning(results, *(results[arm]["name"] for arm in ARMS)),
        [_side(arm, results[arm]) for arm in ARMS],
        _again(results),
        results["run"],
        begun(results["run"]),
        duration(results["seconds"]),
        results["services"],
    )


def _side(arm: str, stack: Mapping[str, Any]) -> Side:
    pins = stack.get("pins", {})
    return Side(arm, stack["name"], stack.get("python", ""), pins.get("celery", ""), len(pins), stack.get("notes", ()))


def meaning(results: Mapping[str, Any], old: str, new: str) -> str:
    """The answer in a sentence, with the two stacks' names as they are to be shown."""
    answer = Answer[results["verdict"]]
    counts = Counter(one["change"] for one in results["scenarios"])
    regressed, same = counts[Change.REGRESSED.value], counts[Change.SAME.value]
    if answer is Answer.BLOCKED:
        verbs = ("passes", "fails") if regressed == 1 else ("pass", "fail")
        return f"{number(regressed, 'scenario')} that {verbs[0]} on {old} {verbs[1]} on {new}, each time it was tried."
    if answer is Answer.SAFE:
        return f"What works on {old} works on {new}: {number(same, 'scenario')} passed on both, none got worse."
    if answer is Answer.UNRESOLVABLE:
        return "These versions cannot be installed together."
    return f"This run does not tell whether {new} is safe."


def _again(results: Mapping[str, Any]) -> str:
    """The command that asks the same question anew; for a replay, the one that repeats its findings."""
    targets = results["targets"]
    if any(target.count("/") > 1 for target in targets):
        return f"./ci/preflight replay {shlex.quote(results['run'])}"
    areas = [] if tuple(targets) == ALL else [target.rpartition("/")[2] for target in targets]
    stacks = [f"--{arm} {shlex.quote(results[arm]['name'])}" for arm in ARMS]
    return " ".join(["./ci/preflight gate", *stacks, *(f"--area {shlex.quote(area)}" for area in areas)])
