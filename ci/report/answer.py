"""The head of a report: the answer in words, and the two stacks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ci.comparison import Change
from ci.question import ARMS
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
    """What a reader sees first. `again` is the command that asked; `settings` are those laid over on both stacks."""

    verdict: str
    meaning: str
    sides: Sequence[Side]
    again: str
    run: str
    begun: str
    took: str
    services: str
    settings: Sequence[str]


def head(results: Mapping[str, Any]) -> Head:
    """The head of the report on these results."""
    return Head(
        results["verdict"],
        meaning(results, *(results[arm]["name"] for arm in ARMS)),
        [_side(arm, results[arm]) for arm in ARMS],
        results.get("command", ""),
        results["run"],
        begun(results["run"]),
        duration(results["seconds"]),
        results["services"],
        [f"{name} = {json.dumps(value)}" for name, value in results.get("settings", {}).items()],
    )


def _side(arm: str, stack: Mapping[str, Any]) -> Side:
    pins = stack.get("pins", {})
    return Side(arm, stack["name"], stack.get("python", ""), pins.get("celery", ""), len(pins), stack.get("notes", ()))


def meaning(results: Mapping[str, Any], old: str, new: str) -> str:
    """The answer in a sentence, with the two stacks' names as they are to be shown."""
    answer = Answer[results["verdict"]]
    same = sum(one["change"] == Change.SAME.value for one in results["scenarios"])
    regressed = [one for one in results["findings"] if one["change"] == Change.REGRESSED.value]
    accepted = sum(bool(one.get("accepted")) for one in regressed)
    blocking = len(regressed) - accepted
    if answer is Answer.BLOCKED:
        verbs = ("passes", "fails") if blocking == 1 else ("pass", "fail")
        return f"{number(blocking, 'scenario')} that {verbs[0]} on {old} {verbs[1]} on {new}, each time it was tried."
    if answer is Answer.SAFE:
        worse = f"{number(accepted, 'difference')} accepted" if accepted else "none got worse"
        return f"What works on {old} works on {new}: {number(same, 'scenario')} passed on both, {worse}."
    if answer is Answer.UNRESOLVABLE:
        return "These versions cannot be installed together."
    return f"This run does not tell whether {new} is safe."
