"""Stacks between two stacks: some parts as in the one, some as in the other, held there where the resolver allows."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from ci.accepted import FAMILY
from ci.pins.stacks import PLAN
from harness.errors import Unresolvable, UsageError
from harness.stack import pythons
from harness.stack.definition import Definition
from harness.stack.lock import moved
from harness.stack.store import Stack, Store

ABSENT = ""
PYTHON = "python"


class Mixtures:
    """The sets between `base` and `other`. A part is a package, or "python"; it moves from `base` to `other`.

    Everything stays between its two versions, whatever the resolver has to move. Not for running anything.
    Without `prereleases` no release candidate is tried: none of them is what one would go to.
    """

    def __init__(self, base: Stack, other: Stack, store: Store, *, prereleases: bool = True) -> None:
        self.base = base
        self.other = other
        self._store = store
        self._prereleases = prereleases
        self._old, self._new = versions(base), versions(other)

    @cached_property
    def parts(self) -> dict[str, tuple[str, str]]:
        """Part -> (its version in `base`, in `other`), ABSENT where it is not there; Celery's family first."""
        apart = moved(self._old, self._new)
        order = sorted(apart, key=lambda name: (FAMILY.index(name) if name in FAMILY else len(FAMILY), name))
        return {name: (apart[name][0] or ABSENT, apart[name][1] or ABSENT) for name in order}

    def towards(self, names: Sequence[str]) -> dict[str, str]:
        """What to ask for so that these parts are as in `other`."""
        return {name: self.parts[name][1] for name in names}

    def moved(self, stack: Stack) -> frozenset[str]:
        """The parts that are not as in `base`."""
        now = versions(stack)
        return frozenset(name for name, (old, _) in self.parts.items() if now.get(name, ABSENT) != old)

    def stack(self, asked: Mapping[str, str]) -> Stack:
        """The stack in which the parts asked for have those versions. Raises Unresolvable.

        Where Python is what is in the way, and has moved, it moves along.
        """
        asked = {name: version for name, version in asked.items() if version != self._old.get(name, ABSENT)}
        if not asked:
            return self.base
        if all(asked.get(name) == new for name, (_, new) in self.parts.items()):
            return self.other
        try:
            return self._resolved(asked)
        except Unresolvable:
            if PYTHON in asked or PYTHON not in self.parts:
                raise
            return self._resolved({**asked, PYTHON: self.parts[PYTHON][1]})

    def releases(self, part: str) -> list[str]:
        """The releases strictly between a part's two versions, in the direction of `other`. None for a new part."""
        old, new = self.parts[part]
        if ABSENT in (old, new):
            return []
        low, high = sorted((old, new), key=Version)
        if part == PYTHON:
            minors = (python.minor for python in reversed(pythons.found()))
            found = [minor for minor in minors if Version(low) < Version(minor) < Version(high)]
        else:
            between = self._store.releases(part, low, high, self.other.python, self._day)
            found = [one for one in between if self._prereleases or not Version(one).is_prerelease]
        return found if low == old else found[::-1]

    @cached_property
    def _day(self) -> dt.date | None:
        """The day by which the newer of the two was out."""
        days = [stack.day for stack in (self.base, self.other) if stack.day]
        return max(days) if len(days) == 2 else None

    def _resolved(self, asked: Mapping[str, str]) -> Stack:
        python = asked.get(PYTHON, self._old[PYTHON])
        wanted = {name: version for name, version in asked.items() if name != PYTHON}
        lines = [f"{name}{self._extras[1].get(name, '')}=={version}" for name, version in wanted.items() if version]
        lines += [f"{name}{self._extras[0].get(name, '')}" for name in self.base.pins if name not in wanted]
        limits = tuple(self._limits(wanted))
        return self._store.resolve(Definition("mixture", python, self._day, tuple(lines), limits), self.base.lock)

    def _limits(self, asked: Mapping[str, str]) -> Iterator[str]:
        """Bounds for what is not asked for: what did not move stays, what did stays between its two versions."""
        for name in {**self.base.pins, **self.other.pins}:
            if name not in asked:
                old, new = self._old.get(name), self._new.get(name)
                low, high = sorted((old or new or "", new or old or ""), key=Version)
                yield f"{name}>={low},<={high}" if old else f"{name}<={high}"

    @cached_property
    def _extras(self) -> tuple[dict[str, str], dict[str, str]]:
        return extras(self.base, self._store), extras(self.other, self._store)


def versions(stack: Stack) -> dict[str, str]:
    """A stack's packages and, as one more part, its Python's minor version: another patch of it is no upgrade."""
    return {**stack.pins, PYTHON: stack.python.minor}


def extras(stack: Stack, store: Store) -> dict[str, str]:
    """Package -> the extras that the stack's own definition asks for, as "[redis]".

    Of a stack that was made of a team's file, those of the plan: a lock does not say.
    """
    name, *overlay = stack.name.split("+")
    try:
        lines = store.definition(name).with_requirements(tuple(overlay)).requirements
    except UsageError:
        lines = store.definition(PLAN).requirements
    asked = (Requirement(line) for line in lines)
    return {canonicalize_name(one.name): f"[{','.join(sorted(one.extras))}]" for one in asked if one.extras}
