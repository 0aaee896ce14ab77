"""Findings as cards: those of one kind and cause together, with the evidence of the first of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ci.comparison import area_of
from ci.question import ARMS
from ci.report.evidence import Excerpt, excerpt, passages
from ci.report.words import number, sentence, variant
from harness.outcomes import FAILED, UNKNOWN

MOST_EVIDENCE = 40  # cards with details and logs; those behind them have their replay line


@dataclass(frozen=True)
class Item:
    """One finding: a scenario that differs."""

    id: str
    scenario: str
    sentence: str
    variant: str
    area: str
    replay: str


@dataclass(frozen=True)
class Rounds:
    """How a scenario ended on one stack: in the run, then in each repeat."""

    arm: str
    stack: str
    results: Sequence[str]


@dataclass(frozen=True)
class Card:
    """Findings of one kind and cause. `failure` and `logs` are those of the first of them.

    `accepted` says why they do not block, `lapsed` why they do although they were accepted once.
    """

    change: str
    cause: str
    accepted: str
    lapsed: str
    items: Sequence[Item]
    rounds: Sequence[Rounds]
    stack: str
    failure: Excerpt | None
    logs: Sequence[Excerpt]

    @property
    def title(self) -> str:
        """The first finding's sentence, and how many more there are."""
        more = len(self.items) - 1
        return self.items[0].sentence + (f", and {number(more, 'more scenario')}" if more else "")

    @property
    def link(self) -> str:
        """What leads to it on the page."""
        return f"finding-{self.items[0].id}"


def cards(results: Mapping[str, Any], run: Path) -> list[Card]:
    """The cards of a run, in the order of its findings, that is by weight; accepted ones behind all others."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for one in sorted(results["findings"], key=lambda one: bool(one.get("accepted"))):
        groups.setdefault((one["change"], one["cause"], *_acceptance(one)), []).append(one)
    scenarios = {one["scenario"]: one for one in results["scenarios"]}
    return [
        _card(members, scenarios[members[0]["scenario"]], results, run if position < MOST_EVIDENCE else None)
        for position, members in enumerate(groups.values())
    ]


def _card(
    members: Sequence[Mapping[str, Any]], first: Mapping[str, Any], results: Mapping[str, Any], run: Path | None
) -> Card:
    rounds = [first, *(dict(zip(ARMS, pair, strict=True)) for pair in first["repeats"])]
    told = [Rounds(arm, results[arm]["name"], [one[arm]["result"] for one in rounds]) for arm in ARMS]
    arm, outcome = _failure(rounds)
    shown = run is not None and outcome is not None
    failure = excerpt(first["scenario"], outcome["detail"]) if shown and outcome["detail"] else None
    logs = passages(run, outcome["logs"]) if run and outcome else []
    return Card(
        members[0]["change"],
        members[0]["cause"],
        *_acceptance(members[0]),
        [_item(one) for one in members],
        told,
        results[arm]["name"],
        failure,
        logs,
    )


def _acceptance(finding: Mapping[str, Any]) -> tuple[str, str]:
    return finding.get("accepted", ""), finding.get("lapsed", "")


def _failure(rounds: Sequence[Mapping[str, Any]]) -> tuple[str, Mapping[str, Any]]:
    """Where a scenario failed first, the candidate before the baseline, and how."""
    for one in rounds:
        for arm in reversed(ARMS):
            if one[arm]["result"] in (FAILED, UNKNOWN):
                return arm, one[arm]
    return ARMS[-1], rounds[0][ARMS[-1]]


def _item(one: Mapping[str, Any]) -> Item:
    scenario = one["scenario"]
    return Item(one["id"], scenario, sentence(scenario), variant(scenario), area_of(scenario), one["replay"])
