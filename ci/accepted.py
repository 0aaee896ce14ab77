"""Accepted differences: findings that a team has decided to live with, for a reason, within bounds, until a day.

A finding is held by its acceptance as long as all of this is so; else it blocks as if it had never been accepted:
- it is the same finding: the same scenario with the same change, and for the same cause, numbers aside;
- the day (UTC) is `until` or before;
- both stacks lie within the bounds: each package of Celery's family that had moved when it was accepted has, on either
  stack, a version between the two of then. Other packages may move freely.
"""

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import tomllib
from packaging.version import InvalidVersion, Version

from ci.causes import apart_from_numbers
from ci.comparison import Change, Comparison
from ci.findings import identity
from ci.inert import inert
from harness.errors import UsageError

FAMILY = ("python", "celery", "kombu", "billiard", "redis", "django-celery-beat", "django")
SETTLED = (Change.SAME, Change.FIXED, Change.BROKEN_IN_BOTH)  # for certain not what was accepted
HEADER = (
    "# Differences that we have decided to live with. Written by `preflight accept`; to take one back, delete it.\n"
)
Pins = Mapping[str, str]


@dataclass(frozen=True)
class Acceptance:
    """One accepted finding. `bounds` is package -> [its version on the baseline, on the candidate] of then."""

    id: str
    scenario: str
    change: str
    cause: str
    because: str
    accepted: dt.date
    bounds: dict[str, list[str]]
    until: dt.date | None = None

    def lapse(self, cause: str, stacks: Sequence[Pins], today: dt.date) -> str:
        """Why it does not hold a finding with this cause between these stacks; empty when it does."""
        if self.until and today > self.until:
            return f"accepted until {self.until}, that was {_days((today - self.until).days)} ago"
        if beyond := [package for package in self.bounds if not self._within(package, stacks)]:
            held = [f"{package} {old} → {new}" for package in beyond for old, new in [self.bounds[package]]]
            return f"accepted for {', '.join(held)} only"
        if apart_from_numbers(cause) != apart_from_numbers(self.cause):
            return f"accepted for another cause: {self.cause}"
        return ""

    def concerns(self, stacks: Sequence[Pins]) -> bool:
        """True when the stacks are such that the finding could occur and be held."""
        return all(self._within(package, stacks) for package in self.bounds)

    def _within(self, package: str, stacks: Sequence[Pins]) -> bool:
        low, high = sorted(map(_version, self.bounds[package]))
        return all(low <= _version(pins.get(package, "")) <= high for pins in stacks)


@dataclass(frozen=True)
class Accepted:
    """What acceptances make of one run: those that hold by scenario, why others do not, and those that are stale."""

    held: Mapping[str, Acceptance] = field(default_factory=dict)
    lapsed: Mapping[str, str] = field(default_factory=dict)
    stale: Sequence[Acceptance] = ()


def weigh(
    acceptances: Sequence[Acceptance], comparisons: Sequence[Comparison], stacks: Sequence[Pins], today: dt.date
) -> Accepted:
    """What the acceptances make of a run between two stacks (see `versions`). `today` is in UTC.

    One is stale when its scenario ran, between stacks within its bounds, and the finding did not occur.
    """
    ran = {one.scenario: one for one in comparisons}
    held, lapsed, stale = {}, {}, []
    for one in acceptances:
        comparison = ran.get(one.scenario)
        if comparison and comparison.change.value == one.change:
            why = one.lapse(comparison.candidate.cause, stacks, today)
            lapsed.update({one.scenario: why}) if why else held.update({one.scenario: one})
        elif comparison and comparison.change in SETTLED and one.concerns(stacks):
            stale.append(one)
    return Accepted(held, lapsed, stale)


def acceptance(
    results: Mapping[str, Any], finding: str, because: str, today: dt.date, until: dt.date | None
) -> Acceptance:
    """The acceptance of a finding of a run's results. Raises UsageError for what cannot be accepted."""
    known = {one["id"]: one for one in results["findings"]}
    if finding not in known:
        have = ", ".join(f"{one['id']} ({one['change']})" for one in known.values()) or "none"
        raise UsageError(f"run {results['run']} has no finding {finding!r} (its findings: {have})")
    one = known[finding]
    if one["change"] != Change.REGRESSED.value:
        raise UsageError(f"{finding} is {one['change']}: only a regression that repeated can be accepted")
    if not because.strip():
        raise UsageError("--because is empty: say why this difference is fine, for whoever reads it next year")
    if until and until < today:
        raise UsageError(f"--until {until} is over already")
    facts = {key: inert(one[key]) for key in ("id", "scenario", "change", "cause")}
    words = " ".join(inert(because).split())
    return Acceptance(**facts, because=words, accepted=today, bounds=_bounds(results), until=until)


def _bounds(results: Mapping[str, Any]) -> dict[str, list[str]]:
    """What moved of Celery's family; where nothing of it did, whatever moved."""
    old, new = (versions(results[arm]["pins"], results[arm]["python"]) for arm in ("baseline", "candidate"))
    both = {package: [old[package], new[package]] for package in old if package in new}
    moved = {package: pair for package, pair in both.items() if pair[0] != pair[1]}
    return {package: pair for package, pair in moved.items() if package in FAMILY} or moved


def versions(pins: Pins, python: str) -> dict[str, str]:
    """What bounds are about: a stack's packages, and its Python among them."""
    return {**pins, "python": python}


def read(path: Path, *, needed: bool = False) -> list[Acceptance]:
    """The acceptances in a file; none when there is no file and none is `needed`. Raises UsageError otherwise."""
    try:
        there = needed or path.exists()
        entries = tomllib.loads(path.read_text()).get("accepted", []) if there else []
        return [_checked(Acceptance(**entry)) for entry in entries]
    except (OSError, ValueError, TypeError, AttributeError) as error:
        what = " ".join(str(error).replace("Acceptance.__init__()", "an entry").split())
        raise UsageError(f"{path} holds no accepted differences: {what}") from error


def write(path: Path, acceptances: Sequence[Acceptance]) -> None:
    """The file for `read`, whole or not at all. Raises UsageError when it cannot be written."""
    beside = path.with_name(path.name + ".new")
    try:
        beside.write_text(HEADER + "".join(map(_entry, acceptances)))
        beside.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def _entry(one: Acceptance) -> str:
    facts = {key: value for key, value in asdict(one).items() if value is not None and key != "bounds"}
    lines = [f"{key} = {_toml(value)}" for key, value in facts.items()]
    bounds = ", ".join(f"{package} = {json.dumps(versions)}" for package, versions in one.bounds.items())
    return "\n".join(["\n[[accepted]]", *lines, f"bounds = {{ {bounds} }}"]) + "\n"


def _toml(value: str | dt.date) -> str:
    return value.isoformat() if isinstance(value, dt.date) else json.dumps(value, ensure_ascii=False)


def _checked(one: Acceptance) -> Acceptance:
    """Raise ValueError for an entry that somebody got wrong by hand: a mistake must not accept more than was meant."""
    texts = (one.id, one.scenario, one.change, one.cause, one.because)
    if not all(isinstance(text, str) for text in texts) or not one.because.strip():
        raise ValueError(f"{one.id}: id, scenario, change, cause and because are texts, and because is not empty")
    for key, day in (("accepted", one.accepted), ("until", one.until)):
        if type(day) is not dt.date and not (key == "until" and day is None):
            raise ValueError(f"{one.id}: {key} must be a day like {key} = 2026-01-31")
    if one.change != Change.REGRESSED.value or one.id != identity(Change.REGRESSED, one.scenario):
        raise ValueError(f"{one.id}: not the id of {one.scenario} {one.change}")
    for package, versions in one.bounds.items():
        if not (isinstance(versions, list) and len(versions) == 2):
            raise ValueError(f"{one.id}: the bounds of {package} must be two versions")
        for version in versions:
            Version(version)
    return one


def _version(text: str) -> Version:
    """The version; below every other for a package that is absent or follows no rule."""
    try:
        return Version(text)
    except InvalidVersion:
        return Version("0.dev0")


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"
