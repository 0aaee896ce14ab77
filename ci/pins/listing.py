"""What a file of pins says, whatever its format."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from harness.errors import UsageError

FAMILY = ("celery", "kombu", "billiard", "redis", "django-celery-beat", "django")


@dataclass(frozen=True)
class Listing:
    """The packages that a file names. Not what is installed because of them: that takes a resolver.

    `python` is what the file asks of its Python (empty: nothing). `direct` are packages that come from an address and
    not from an index, with it. `locked`: the file pins everything that is installed. `left_out` are those of Celery's
    family that it has for a group or an extra which is not installed by default. `asides` are remarks for people.
    """

    name: str
    requirements: tuple[Requirement, ...]
    constraints: tuple[Requirement, ...] = ()
    python: SpecifierSet = field(default_factory=SpecifierSet)
    direct: Mapping[str, str] = field(default_factory=dict)
    locked: bool = False
    left_out: tuple[str, ...] = ()
    asides: tuple[str, ...] = ()

    @property
    def packages(self) -> set[str]:
        """The names in it, canonical, those from addresses included."""
        return {package_of(one) for one in self.requirements} | set(self.direct)

    def lines(self, packages: AbstractSet[str]) -> set[str]:
        """Which releases of these packages it allows, on whatever Python and system; addresses included."""
        stated = [(package_of(one), one.specifier) for one in (*self.requirements, *self.constraints)]
        return {f"{name}{allowed}" for name, allowed in stated if name in packages} | {
            f"{name} @ {address}" for name, address in self.direct.items() if name in packages
        }


def package_of(requirement: Requirement) -> str:
    """The package that a requirement is about, its name in canonical form."""
    return str(canonicalize_name(requirement.name))


def requirement(text: str, place: str) -> Requirement:
    """One requirement. Raises UsageError, naming the place that it stands in, when it is none."""
    try:
        return Requirement(text)
    except InvalidRequirement as error:
        raise UsageError(f"{place}: {text!r} is not a requirement: {str(error).splitlines()[0]}") from error
