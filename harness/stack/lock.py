"""A lock: the exact release and hashes of every package of a stack, in pip's own requirements format.

That format, and not pylock.toml, because the latter writes download addresses into the file.
"""

import re
from dataclasses import dataclass, field
from hashlib import sha256

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from harness.stack.pythons import Python

HEADER = re.compile(r"^# (python|as of): (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Lock:
    """A stack's lock. `text` is the file; everything else is read from it."""

    text: str = field(repr=False)

    @property
    def digest(self) -> str:
        """12 hexadecimal digits that stand for the whole content."""
        return sha256(self.text.encode()).hexdigest()[:12]

    def header(self, key: str) -> str | None:
        """A line of the comment on top: 'python' or 'as of'."""
        return dict(HEADER.findall(self.text)).get(key)

    def pins(self, python: Python) -> dict[str, str]:
        """Package -> version, for the packages that this Python needs. Names in canonical form."""
        environment = environment_of(python)
        needed = (line for line in self._requirements() if not line.marker or line.marker.evaluate(environment))
        return {canonicalize_name(line.name): _version(line) for line in needed}

    def packages(self) -> set[str]:
        """The packages that any Python needs. Names in canonical form."""
        return {str(canonicalize_name(line.name)) for line in self._requirements()}

    def _requirements(self) -> list[Requirement]:
        lines = self.text.replace("\\\n", " ").splitlines()
        lines = [line.split(" --hash")[0].strip() for line in lines]
        return [Requirement(line) for line in lines if line and not line.startswith("#")]


def environment_of(python: Python) -> dict[str, str]:
    """What markers are evaluated with: this machine, and a Python that need not be the one that we run on."""
    return {
        **{key: str(value) for key, value in default_environment().items()},
        "python_version": python.minor,
        "python_full_version": python.version,
    }


def _version(requirement: Requirement) -> str:
    return next(iter(requirement.specifier)).version


def moved(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str | None, str | None]]:
    """Package -> (version before, version after), for those that differ. None means absent."""
    names = sorted({*before, *after})
    return {name: (before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)}
