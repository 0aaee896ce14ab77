"""Every stack there is: read by name, with an overlay or without, locked, and built when first needed."""

import datetime
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.errors import UsageError
from harness.reaper import Reaper
from harness.stack import definition, environment, layers, pythons, releases, resolver
from harness.stack.definition import Definition
from harness.stack.lock import Lock, moved
from harness.stack.pythons import Python
from harness.stack.uv import Uv


@dataclass(frozen=True)
class Stack:
    """A named, fully pinned set: a Python and the exact version of every package.

    `base` is what an overlay moved; `notes` say, for people, how the stack was made of what was asked.
    """

    name: str
    python: Python
    lock: Lock
    base: "Stack | None" = None
    notes: tuple[str, ...] = ()

    @property
    def pins(self) -> dict[str, str]:
        """Package -> version, on this stack's Python."""
        return self.lock.pins(self.python)

    @property
    def day(self) -> datetime.date | None:
        """The last day whose releases count (UTC); None for a stack that was resolved for one run."""
        day = self.lock.header("as of")
        return datetime.date.fromisoformat(day) if day and day[0].isdigit() else None

    @property
    def moved(self) -> dict[str, tuple[str | None, str | None]]:
        """What an overlay changed, package -> (before, after); empty for a stack as committed."""
        return moved(self.base.pins, self.pins) if self.base else {}


@dataclass(frozen=True)
class Built:
    """A stack that can run: its environment's interpreter, and the folders that go behind it."""

    stack: Stack
    interpreter: Path
    tools: Path
    web_server: Path


class Store:
    """The stacks of a folder of tomls and locks, with their environments in a cache folder."""

    def __init__(self, folder: Path, cache: Path, reaper: Reaper) -> None:
        self._folder = folder
        self._cache = cache.resolve()
        self._reaper = reaper

    @cached_property
    def _uv(self) -> Uv:
        return Uv(self._reaper)

    def names(self) -> list[str]:
        """The stacks that can be named, sorted."""
        return sorted(path.stem for path in self._folder.glob("*.toml"))

    def definition(self, name: str) -> Definition:
        """What a stack asks for. Raises UsageError for an unknown name."""
        if name not in self.names():
            raise UsageError(f"no stack is called {name!r}: there are {', '.join(self.names())}")
        return definition.read(self._folder / f"{name}.toml")

    def describe(self, name: str) -> dict[str, str]:
        """A stack's Python, day and pins, for people to read."""
        stack = self.get(name)
        facts = {key: stack.lock.header(key) or "·" for key in ("python", "as of")}
        return facts | stack.pins

    def check(self, spec: str) -> None:
        """Raise UsageError when `spec` cannot be asked for; resolves nothing."""
        name, *overlay = spec.split("+")
        self._committed(name)
        self.definition(name).with_requirements(tuple(overlay))

    def get(self, spec: str) -> Stack:
        """The stack of 'NAME' or of 'NAME+REQUIREMENT+...', resolved when it has an overlay.

        Raises UsageError for an unknown name, a requirement that does not parse or a Python that is not there, and
        Unresolvable when the overlay has no solution.
        """
        name, *overlay = spec.split("+")
        base = self._committed(name)
        if not overlay:
            return base
        # Resolved for the Python at hand only: nobody else will use this lock, and fewer releases fit all Pythons.
        wanted = replace(self.definition(name).with_requirements(tuple(overlay)), python=base.python.minor)
        return Stack(spec, base.python, resolver.resolve(wanted, base.python, self._uv, base.lock), base)

    def resolve(self, wanted: Definition, held: Lock | None = None, *, build: bool = True) -> Stack:
        """The stack of a definition that is in no file. Raises as `get`; `held` and `build` as in resolver.resolve."""
        python = pythons.find(wanted.python)
        return Stack(wanted.name, python, resolver.resolve(wanted, python, self._uv, held, build=build))

    def releases(self, package: str, low: str, high: str, python: Python, day: datetime.date | None) -> list[str]:
        """The releases of a package between two; see releases.between."""
        return releases.between(package, low, high, python, self._uv, day)

    def packages(self) -> set[str]:
        """Every package that some committed stack needs on some Python, its name in canonical form."""
        locks = (Lock(path.read_text()) for path in self._folder.glob("*.lock"))
        return {package for lock in locks for package in lock.packages()}

    def renew(self, name: str) -> dict[str, tuple[str | None, str | None]]:
        """Resolve a stack anew and write its lock; returns what moved. Without an as-of day it is as of today (UTC)."""
        wanted = self.definition(name)
        wanted = replace(wanted, as_of=wanted.as_of or datetime.datetime.now(datetime.timezone.utc).date())
        python = pythons.find(wanted.python)
        path = self._folder / f"{name}.lock"
        before = Lock(path.read_text()).pins(python) if path.exists() else {}
        lock = resolver.resolve(wanted, python, self._uv)
        beside = path.with_suffix(".new")
        beside.write_text(lock.text)
        beside.replace(path)  # whole or not at all: half a lock would be honoured as if it were one
        return moved(before, lock.pins(python))

    def from_lock(self, name: str, text: str, python_minor: str) -> Stack:
        """A stack out of a lock that a run kept."""
        return Stack(name, pythons.find(python_minor), Lock(text))

    def build(self, stack: Stack) -> Built:
        """Build what the stack needs to run, or take it from the cache when it still is what the lock says."""
        folder = self._cache / "environments" / f"{stack.lock.digest}-{stack.python.version}"
        until = resolver.until(stack.day)
        interpreter = environment.build(folder, stack.lock, stack.python, self._uv, until)
        tools = layers.tools(self._cache, stack.lock, stack.python, self._uv)
        return Built(stack, interpreter, tools, layers.web_server(self._cache, stack.python, self._uv))

    def _committed(self, name: str) -> Stack:
        wanted = self.definition(name)
        path = self._folder / f"{name}.lock"
        if not path.exists():
            raise UsageError(f"stack {name} has no lock yet: make it with: preflight stacks lock {name}")
        python = pythons.find(wanted.python)
        lock = Lock(path.read_text())
        if wrong := _disagreement(wanted, lock, python):
            raise UsageError(f"stack {name}: its lock {wrong}: renew it with: preflight stacks lock {name}")
        return Stack(name, python, lock)


def _disagreement(wanted: Definition, lock: Lock, python: Python) -> str | None:
    """In what a lock is not an answer to its toml any more, None when it is."""
    if lock.header("python") != wanted.python:
        return f"is for Python {lock.header('python')}, the toml asks for {wanted.python}"
    pins = lock.pins(python)
    for line in map(Requirement, wanted.requirements):
        version = pins.get(canonicalize_name(line.name))
        if version is None or not line.specifier.contains(version, prereleases=True):
            return f"holds {line.name} {version}, the toml asks for {line}"
    return None
