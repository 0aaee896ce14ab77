"""From a listing to a stack of the reference app: what matters is taken, the rest is named and left out."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from packaging.requirements import Requirement

from ci.checkout import CACHE, STACKS
from ci.pins.listing import FAMILY, Listing, package_of
from harness.errors import Unresolvable, UsageError
from harness.reaper import Reaper
from harness.stack import pythons
from harness.stack.definition import Definition
from harness.stack.lock import environment_of
from harness.stack.pythons import Python
from harness.stack.store import Stack, Store

PLAN = "plan-2023"  # whose packages are the app's own, and whose Python is taken where a file asks for none
MOST_NAMES = 12
# uv's words for a package that the index does not have, or not without running its build.
REMEDY = "older where it runs? give pip freeze of that, or --baseline-as-of DAY"
NOT_THERE = ("was not found in the", "there is no version of", "there are no versions of", "no usable wheels")


@dataclass(frozen=True)
class Pins:
    """A listing, and the day as of which what it leaves open is resolved (None: today)."""

    listing: Listing
    as_of: dt.date | None = None

    @property
    def name(self) -> str:
        """What its stack is called."""
        return self.listing.name

    def check(self, store: Store) -> None:
        """Raise UsageError when no stack can come of it; resolves nothing."""
        listing = self.listing
        if "celery" not in listing.packages:
            raise UsageError(f"{listing.name} names no celery, so there is nothing to ask about")
        if addressed := sorted(_matter(store) & set(listing.direct)):
            package, address = addressed[0], _without_secret(listing.direct[addressed[0]])
            raise UsageError(
                f"{listing.name}: {package} comes from {address}; a stack is made of released versions only"
            )
        _refuse_several(listing, python_for(listing, store), _matter(store))

    def stack(self, store: Store) -> Stack:
        """Its stack. Raises Unresolvable, naming the pair that clashes, and what `check` raises."""
        self.check(store)
        return _Resolution(self, store, python_for(self.listing, store)).stack()


def python_for(listing: Listing, store: Store) -> Python:
    """The plan's Python where the file allows it, else the oldest that is here. Raises UsageError when none is."""
    plan = pythons.find(store.definition(PLAN).python)
    fitting = [python for python in (plan, *reversed(pythons.found())) if listing.python.contains(python.version)]
    if not fitting:
        have = ", ".join(python.version for python in pythons.found())
        raise UsageError(f"{listing.name} asks for Python {listing.python}, and none is installed (found: {have})")
    return fitting[0]


@dataclass(frozen=True)
class _Resolution:
    pins: Pins
    store: Store
    python: Python

    def stack(self) -> Stack:
        stated, asides = self._stated()
        matter = _matter(self.store)
        while True:  # a release may need packages that no committed stack has; what the file says of them counts too
            kept = [line for package, line in stated.items() if package in matter]
            stack = self._resolve(self._own(), kept)
            if not (found := set(stack.pins) & set(stated) - matter):
                return replace(stack, notes=(*self.pins.listing.asides, *asides, *self._notes(stack)))
            _refuse_several(self.pins.listing, self.python, found)
            matter |= found

    def _stated(self) -> tuple[dict[str, str], tuple[str, ...]]:
        """Package -> the line that pins it, for all that the file leads to; and remarks on how that was found out."""
        applying = self._applying()
        if self.pins.listing.locked:
            return {package_of(one): str(one) for one in applying}, ()
        matter = _matter(self.store)
        some = [str(one) for one in applying if package_of(one) in matter]
        try:
            whole = self._resolve([str(one) for one in applying], self._own(), build=False)
        except Unresolvable as error:
            partly = self._resolve(some, self._own())  # clashes here when the stack's own packages do
            if not any(words in str(error) for words in NOT_THERE):
                raise
            aside = (
                "some of it is not on the index here or would have to be built, so the app's were resolved without it"
            )
            return _lines(partly), (aside,)
        return _lines(whole), ()

    def _resolve(self, requirements: Sequence[str], more: Sequence[str], *, build: bool = True) -> Stack:
        lines = tuple(dict.fromkeys([*requirements, *more]))
        wanted = Definition(self.pins.name, self.python.minor, self.pins.as_of, lines)
        constraints = tuple(str(one) for one in self._constraints())
        return self.store.resolve(replace(wanted, constraints=constraints), build=build)

    def _own(self) -> list[str]:
        """The app's own requirements: as the file has them, else by name alone; extras that the app needs stay."""
        own = {package_of(one): one for one in map(Requirement, self.store.definition(PLAN).requirements)}
        stated = {package_of(one) for one in self._applying()}
        lines = [_with_extras(one, own[package_of(one)]) for one in self._applying() if package_of(one) in own]
        lines += [_unpinned(one) for package, one in own.items() if package not in stated]
        # A file without redis-py is of a team with another broker: the release that goes with their Celery.
        return lines if "redis" in stated else [*lines, "celery[redis]"]

    def _applying(self) -> list[Requirement]:
        return _applying(self.pins.listing.requirements, self.python)

    def _constraints(self) -> list[Requirement]:
        return _applying(self.pins.listing.constraints, self.python)

    def _notes(self, stack: Stack) -> list[str]:
        listing = self.pins.listing
        ignored = sorted(listing.packages - set(stack.pins))
        exact = {package_of(one) for one in [*self._applying(), *self._constraints()] if _is_exact(one)}
        open_ = [f"{name} {version}" for name, version in sorted(stack.pins.items(), key=_first) if name not in exact]
        taken = len(listing.packages) - len(ignored)
        notes = [f"{taken} of the {len(listing.packages)} packages of {listing.name} are the app's"]
        if ignored:
            notes.append(f"{len(ignored)} ignored: {_some(ignored)}")
        if open_:
            day = f"as of {self.pins.as_of}" if self.pins.as_of else f"so as they resolve today ({REMEDY})"
            notes.append(f"{len(open_)} not pinned there, {day}: {_some(open_)}")
        return notes


def taken() -> set[str]:
    """The packages of a file of pins that the app may take."""
    with Reaper() as reaper:
        return _matter(Store(STACKS, CACHE, reaper))


def _matter(store: Store) -> set[str]:
    """The packages of every committed stack: what the app needs on one release of Celery or another."""
    return store.packages()


def _applying(requirements: Iterable[Requirement], python: Python) -> list[Requirement]:
    """Those whose marker holds on this machine and Python, without it."""
    environment = environment_of(python)
    applying = [one for one in requirements if not one.marker or one.marker.evaluate(environment)]
    return [Requirement(str(one).partition(";")[0]) for one in applying]


def _refuse_several(listing: Listing, python: Python, packages: AbstractSet[str]) -> None:
    """Raise UsageError for a lock in which one of these packages has several releases that no marker tells apart."""
    lines = {str(one): package_of(one) for one in _applying(listing.requirements if listing.locked else (), python)}
    counts = Counter(lines.values())
    if several := sorted(name for name in packages if counts[name] > 1):
        raise UsageError(
            f"{listing.name} has several releases of {several[0]}: give uv export --extra NAME (or --no-dev) of what "
            "production installs, or pip freeze, as a requirements.txt"
        )


def _lines(stack: Stack) -> dict[str, str]:
    return {package: f"{package}=={version}" for package, version in stack.pins.items()}


def _with_extras(one: Requirement, own: Requirement) -> str:
    """The file's requirement; its extras give way to the app's own (psycopg[c] would be compiled here)."""
    if own.extras:
        one.extras = own.extras
    return str(one)


def _unpinned(one: Requirement) -> str:
    return f"{one.name}[{','.join(sorted(one.extras))}]" if one.extras else one.name


def _is_exact(one: Requirement) -> bool:
    return any(part.operator in ("==", "===") and "*" not in part.version for part in one.specifier)


def _first(pin: tuple[str, str]) -> tuple[bool, str]:
    """Celery's own family before the rest: what people look for."""
    return pin[0] not in FAMILY, pin[0]


def _some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _without_secret(address: str) -> str:
    """The address without a user's name and token."""
    scheme, slashes, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"
