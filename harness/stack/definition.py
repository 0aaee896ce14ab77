"""What a stack asks for: the committed toml, before anything is resolved."""

import datetime
from dataclasses import dataclass, replace
from pathlib import Path

import tomllib
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from harness.errors import UsageError

KEYS = {
    "python": (str, '"3.11" or "newest"'),
    "as_of": (datetime.date, "2023-12-15"),
    "requirements": (list, '["celery~=5.3.6"]'),
}


@dataclass(frozen=True)
class Definition:
    """A stack's input. `python` is a minor version or 'newest'; `as_of` the last day whose releases count (UTC).

    `constraints` limit the versions of packages that something else asks for.
    """

    name: str
    python: str
    as_of: datetime.date | None
    requirements: tuple[str, ...]
    constraints: tuple[str, ...] = ()

    def with_requirements(self, overlay: tuple[str, ...]) -> "Definition":
        """This one with each requirement of `overlay` in place of its own of that package; None stays as it was.

        The as-of day falls away: who names a release by hand means that release, whenever it came out.
        """
        own = {str(canonicalize_name(Requirement(line).name)): line for line in self.requirements}
        for line in overlay:
            requirement = parse_requirement(line)
            package = str(canonicalize_name(requirement.name))
            own[package] = _keep_extras(requirement, own.get(package))
        return replace(self, name="+".join([self.name, *overlay]), as_of=None, requirements=tuple(own.values()))


def read(path: Path) -> Definition:
    """Read a stack's toml. Raises UsageError when it does not parse or lacks a key."""
    try:
        data = tomllib.loads(path.read_text())
    except ValueError as error:  # not TOML, or not UTF-8
        raise UsageError(f"{path}: not a stack: {error}") from error
    for key, (kind, example) in KEYS.items():
        if type(data.get(key)) is not kind and not (key == "as_of" and key not in data):
            raise UsageError(f"{path}: not a stack: {key} must be written like {key} = {example}")
    requirements = tuple(str(parse_requirement(line)) for line in data["requirements"])
    return Definition(path.stem, data["python"], data.get("as_of"), requirements)


def parse_requirement(line: str) -> Requirement:
    """One requirement, as pip writes it. Raises UsageError for anything else, URLs included: a lock pins releases."""
    try:
        requirement = Requirement(line)
    except (InvalidRequirement, TypeError) as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"{line!r} is not a requirement: {reason} (write it like celery==5.6.2)") from error
    if requirement.url:
        raise UsageError(f"{line!r} names an address; a stack is made of released versions only")
    return requirement


def _keep_extras(new: Requirement, old: str | None) -> str:
    """Extras stay when the new requirement names none: it moves the version, not what is asked for."""
    if old and not new.extras:
        new.extras = Requirement(old).extras
    return str(new)
