"""What a file of pins says, whatever its format."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from harness.errors import UsageError

FAMILY = ("celery", "kombu", "billiard", "redis", "django-celery-beat", "django")
# Of what the app takes, what no development tool brings along: in a group of its own it may be what production has.
NO_TOOL_NEEDS = (*FAMILY, "amqp", "vine", "psycopg", "psycopg-binary")


@dataclass(frozen=True)
class Listing:
    """The packages that a file names. Not what is installed because of them: that takes a resolver.

    `python` is what the file asks of its Python (empty: nothing). `direct` are packages that come from an address and
    not from an index, with it. `locked`: the file pins everything that is installed. `left_out` has the releases
    of what it has for a group or an extra alone that is not installed by default. `asides` are remarks for people.
    """

    name: str
    requirements: tuple[Requirement, ...]
    constraints: tuple[Requirement, ...] = ()
    python: SpecifierSet = field(default_factory=SpecifierSet)
    direct: Mapping[str, str] = field(default_factory=dict)
    locked: bool = False
    left_out: dict[str, str] = field(default_factory=dict)
    asides: tuple[str, ...] = ()

    @property
    def packages(self) -> set[str]:
        """The names in it, canonical, those from addresses included."""
        return {package_of(one) for one in self.requirements} | set(self.direct)

    def said(self, packages: AbstractSet[str]) -> dict[str, set[str]]:
        """What it says of each of these packages that it names: releases with markers, addresses, what it left out."""
        said: dict[str, set[str]] = {}
        for name, line in self._said():
            if name in packages:
                said.setdefault(name, set()).add(line)
        return said

    def _said(self) -> Iterator[tuple[str, str]]:
        for one in (*self.requirements, *self.constraints):
            yield package_of(one), f"{one.specifier}; {one.marker}"
        for name, address in self.direct.items():
            yield name, f"@ {address}"
        for name, releases in self.left_out.items():
            yield name, f"{releases} left out"


def package_of(requirement: Requirement) -> str:
    """The package that a requirement is about, its name in canonical form."""
    return str(canonicalize_name(requirement.name))


def requirement(text: str, place: str) -> Requirement:
    """One requirement. Raises UsageError, naming its place, when it is none or its marker says nothing.

    A comparison that is not defined says nothing, and `extras` and `dependency_groups` do in lock files only (PEP 751).
    """
    try:
        one = Requirement(text)
        if one.marker:
            one.marker.evaluate()
    except InvalidRequirement as error:
        raise UsageError(f"{place}: {text!r} is not a requirement: {str(error).splitlines()[0]}") from error
    except (UndefinedComparison, UndefinedEnvironmentName) as error:
        raise UsageError(f"{place}: the marker of {text!r} says nothing here: {error}") from error
    return one
