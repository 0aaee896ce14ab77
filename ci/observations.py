"""What an upgrade changes among the facts that scenarios recorded. Pure: outcomes in, differences out.

An observation's name is "GROUP" or "GROUP: SUBJECT" ("message: a task with an ETA"). A number whose name or key ends
in "seconds" or "bytes" is a measure, all else is exact. The group "figures" is for tables of their own: how many events
went by while something lasted is another number each time, and no change.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from ci.masking import UNMASKED, masked
from harness.outcomes import PASSED, Outcome

ABSENT = object()
FIGURES = "figures"
SHOWN = 100  # letters of a value
MEASURE = re.compile(r"(?:^|[ _.])(seconds|bytes)$")
# How much larger, and by how much at least, one measure must be to differ: two runs of one stack side by side on a busy
# machine stay below (start-up 1.5 to 6 s, a worker's memory within 3 MB).
NOISE = {"seconds": (2.0, 3.0), "bytes": (1.2, 10e6)}


@dataclass(frozen=True)
class Difference:
    """One fact that is not the same on both stacks: `words` say what changed, volatile parts masked.

    `path` leads to it inside of the observation, dots between the keys; empty for the whole of it.
    """

    scenario: str
    observation: str
    path: str
    words: str

    @property
    def group(self) -> str:
        """What kind of fact it is."""
        return group(self.observation)

    @property
    def subject(self) -> str:
        """Which one of its group was observed; may be empty."""
        return self.observation.partition(": ")[2]

    @property
    def address(self) -> str:
        """Observation and path, for rules to name."""
        return f"{self.observation}.{self.path}" if self.path else self.observation


def group(observation: str) -> str:
    """The first part of an observation's name."""
    return observation.partition(": ")[0]


def differences(baseline: Mapping[str, Outcome], candidate: Mapping[str, Outcome]) -> list[Difference]:
    """Every difference between two stacks' observations, scenario by scenario, sorted by group."""
    both = [one for one in baseline if one in candidate]
    found = [difference for one in both for difference in between(baseline[one], candidate[one])]
    return sorted(found, key=lambda one: one.group)


def between(old: Outcome, new: Outcome) -> Iterator[Difference]:
    """The differences of one scenario. What a scenario that failed did not come to record is no difference."""
    names = list(dict.fromkeys([*old.observations, *new.observations]))
    if not old.result == new.result == PASSED:
        names = [name for name in names if name in old.observations and name in new.observations]
    for name in (name for name in names if group(name) != FIGURES):
        before, after = (one.observations.get(name, ABSENT) for one in (old, new))
        if not name.startswith(UNMASKED):
            before, after = masked(before), masked(after)
        for path, words in _changes(name, "", before, after):
            yield Difference(old.scenario, name, path, words)


def summary(found: Sequence[Difference]) -> dict[str, list[str]]:
    """Group -> its changes in words, each once, with the subjects that it was seen on."""
    groups = {}
    for name, members in groupby(found, key=lambda one: one.group):
        subjects: dict[str, list[str]] = {}
        for one in members:
            subjects.setdefault(one.words, []).append(one.subject)
        groups[name] = [_with_subjects(words, seen) for words, seen in subjects.items()]
    return groups


def as_data(one: Difference) -> dict[str, str]:
    """For results.json."""
    return {
        "scenario": one.scenario,
        "group": one.group,
        "observation": one.observation,
        "path": one.path,
        "words": one.words,
    }


def _with_subjects(words: str, subjects: Sequence[str]) -> str:
    seen = list(dict.fromkeys(filter(None, subjects)))
    return f"{words} ({', '.join(seen)})" if seen else words


def _changes(name: str, path: str, old: Any, new: Any) -> Iterator[tuple[str, str]]:
    """(path, words) of each change; goes into what both are made of as far as they are made alike."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            below = f"{path}.{key}" if path else str(key)
            yield from _changes(name, below, old.get(key, ABSENT), new.get(key, ABSENT))
    elif _flat(old) and _flat(new):
        yield from ((path, words) for words in _list_changes(path or group(name), old, new))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _changes(name, f"{path}.{number}" if path else str(number), before, after)
    elif not _alike(path or name, old, new):
        yield path, f"`{path or group(name)}`: {_shown(old)} → {_shown(new)}"


def _flat(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def _list_changes(label: str, old: list[str], new: list[str]) -> Iterator[str]:
    """Texts that came or went; their order tells nothing."""
    before, after = Counter(old), Counter(new)
    for word, more in (("gone", before - after), ("new", after - before)):
        yield from (f"`{label}`: {word}: {_shown(text, quoted=False)}" for text in more.elements())


def _alike(label: str, old: Any, new: Any) -> bool:
    unit = MEASURE.search(label)
    if unit and all(isinstance(one, int | float) and not isinstance(one, bool) for one in (old, new)):
        ratio, least = NOISE[unit[1]]
        small, large = sorted((old, new))
        return bool(large <= small * ratio or large - small <= least)
    return type(old) is type(new) and bool(old == new)


def _shown(value: Any, *, quoted: bool = True) -> str:
    if value is ABSENT:
        return "absent"
    text = repr(value) if quoted else str(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
