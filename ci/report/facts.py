"""What changed among the facts that scenarios observed, for reading."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NAMED = re.compile(r"`([^`]+)`: (.*)", re.DOTALL)


@dataclass(frozen=True)
class Fact:
    """One change: the fact's name, what became of it in words, and on what it was seen."""

    name: str
    words: str
    seen_on: Sequence[str]


def facts(results: Mapping[str, Any]) -> dict[str, list[Fact]]:
    """Group -> its changes, each once. Empty for a run that compared none."""
    groups: dict[str, dict[str, list[str]]] = {}
    for one in results.get("observations", ()):
        subject = one["observation"].partition(": ")[2]
        groups.setdefault(one["group"], {}).setdefault(one["words"], []).append(subject)
    return {group: [_fact(words, seen) for words, seen in changes.items()] for group, changes in groups.items()}


def _fact(words: str, subjects: Sequence[str]) -> Fact:
    found = NAMED.fullmatch(words)
    name, rest = found.groups() if found else ("", words)
    return Fact(name, rest, list(dict.fromkeys(filter(None, subjects))))
