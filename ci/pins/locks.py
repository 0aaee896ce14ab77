"""Reads uv.lock, poetry.lock and pylock.toml: what they install in production.

That is the project's own dependencies; of a uv.lock its extras too, which production may ask for. What only other
groups ask for, or extras of a pylock.toml, is left out, and named where it is Celery, a partner of its, or Django.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import tomllib
from packaging.markers import InvalidMarker, Marker
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from ci.pins.listing import NO_TOOL_NEEDS, Listing, requirement
from harness.errors import UsageError

Table = Mapping[str, Any]


def read_lock(path: str, text: str, name: str) -> Listing:
    """The listing of a lock of one of the three tools, told apart by content. Raises UsageError for anything else."""
    try:
        data = tomllib.loads(text)
        return _reader(path, data)(path, data, name)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {error}") from error
    except (InvalidSpecifier, InvalidMarker, KeyError, TypeError, AttributeError, ValueError) as error:
        what = " ".join(str(error).split())
        raise UsageError(f"{path} is not a lock that its tool wrote ({type(error).__name__}: {what})") from error


def _reader(path: str, data: Table) -> Callable[[str, Table, str], Listing]:
    if "lock-version" in data:
        return _pylock
    if "lock-version" in data.get("metadata", {}):
        return _poetry
    if "package" in data and "version" in data:
        return _uv
    raise UsageError(f"{path} is neither a pylock.toml nor a uv.lock nor a poetry.lock")


def _pylock(path: str, data: Table, name: str) -> Listing:
    """PEP 751: markers may ask for extras and dependency groups; in production there are the default ones."""
    groups = set(data.get("default-groups", []))
    context: dict[str, Any] = {"extras": set(), "dependency_groups": groups}
    packages = [one for one in data["packages"] if _applies(one, context)]
    return _listing(name, path, packages, data["packages"], data.get("requires-python", ""))


def _applies(package: Table, context: dict[str, Any]) -> bool:
    """False for a package that only an extra or a development group asks for; other markers are left to the stack."""
    marker = package.get("marker", "")
    grouped = "dependency_groups" in marker or "extras" in marker
    return not grouped or Marker(marker).evaluate(context, context="lock_file")


def _poetry(path: str, data: Table, name: str) -> Listing:
    """Poetry 2 says the groups of a package, Poetry before 1.5 its category, those in between nothing."""
    packages = [one for one in data["package"] if "main" in one.get("groups", [one.get("category", "main")])]
    python = data["metadata"].get("python-versions", "").replace("*", "")
    return _listing(name, path, packages, data["package"], python)


def _uv(path: str, data: Table, name: str) -> Listing:
    """What the project's own dependencies and extras lead to; the edges of development groups are not followed."""
    by_name: dict[str, list[Table]] = {}
    for one in data["package"]:
        by_name.setdefault(one["name"], []).append(one)
    roots = [one for one in data["package"] if {"virtual", "editable"} & set(one["source"])]
    reached = _reached(roots or data["package"], by_name)
    among = [one for one in data["package"] if one not in roots]
    packages = [one for one in among if {(one["name"], one.get("version")), (one["name"], None)} & reached]
    return _listing(name, path, packages, among, data.get("requires-python", ""))


def _reached(roots: Sequence[Table], by_name: Mapping[str, Sequence[Table]]) -> set[tuple[str, str | None]]:
    """The packages that the roots and their extras lead to, through the extras that are asked for on the way.

    An edge says which release it leads to where the lock has several; None stands for all of them.
    """
    seen: set[tuple[str, str | None, str]] = set()
    open_: list[Table] = [{"name": root["name"], "extra": root.get("optional-dependencies", {})} for root in roots]
    while open_:
        edge = open_.pop()
        name, version = edge["name"], edge.get("version")
        for extra in ("", *edge.get("extra", [])):
            if (name, version, extra) not in seen:
                seen.add((name, version, extra))
                ends = [one for one in by_name.get(name, []) if version in (None, one.get("version"))]
                open_ += [next_ for one in ends for next_ in _edges(one, extra)]
    return {(name, version) for name, version, _ in seen}


def _edges(package: Table, extra: str) -> Sequence[Table]:
    edges: Sequence[Table] = (
        package.get("optional-dependencies", {}).get(extra, []) if extra else package.get("dependencies", [])
    )
    return edges


def _listing(name: str, path: str, packages: Sequence[Table], among: Sequence[Table], python: str) -> Listing:
    """The listing of the packages that are taken from `among` all that the lock has."""
    direct = {str(canonicalize_name(one["name"])): _address(one) for one in packages if _address(one)}
    pinned = tuple(_pinned(path, [one for one in packages if not _address(one)]))
    left_out = _left_out(packages, among)
    why = "left out, because only a group or an extra that is not installed by default asks for it"
    asides = (f"{why}: {', '.join(f'{name} {releases}' for name, releases in left_out.items())}",) if left_out else ()
    asked = SpecifierSet(_pep440(python))
    return Listing(name, pinned, python=asked, direct=direct, locked=True, left_out=left_out, asides=asides)


def _left_out(packages: Sequence[Table], among: Sequence[Table]) -> dict[str, str]:
    """The releases that the lock has and that are not taken, of packages that no development tool needs."""
    left = sorted(set(map(_release, among)) - set(map(_release, packages)))
    releases = {name: [version for other, version in left if other == name] for name in NO_TOOL_NEEDS}
    return {name: " and ".join(versions) for name, versions in releases.items() if versions}


def _release(package: Table) -> tuple[str, str]:
    return str(canonicalize_name(package["name"])), str(package.get("version", ""))


def _pinned(path: str, packages: Sequence[Table]) -> Iterator[Requirement]:
    for one in packages:
        marker = one.get("marker") or one.get("markers") or " or ".join(one.get("resolution-markers", []))
        marker = marker.get("main", "") if isinstance(marker, dict) else marker  # Poetry 2: one for each group
        plain = "extra" not in marker and "dependency_groups" not in marker
        yield requirement(f"{one['name']}=={one['version']}" + (f" ; {marker}" if marker and plain else ""), path)


def _address(package: Table) -> str:
    """Where a package comes from that is no release of an index; empty for one that is."""
    for kind in ("vcs", "directory", "archive"):  # PEP 751
        if kind in package:
            return str(package[kind].get("url") or package[kind].get("path") or kind)
    source = package.get("source", {})
    indexed = "registry" in source or source.get("type", "legacy") == "legacy"  # uv's word, and Poetry's
    uv_address = next((str(source[kind]) for kind in ("git", "url", "path", "directory") if kind in source), "")
    return "" if indexed and not uv_address else uv_address or str(source.get("url", "an address"))


def _pep440(python: str) -> str:
    """Poetry writes ^3.11 and ~3.11 where everybody else writes >=3.11,<4 and ~=3.11.0."""
    parts = [part.strip() for part in python.split(",") if part.strip()]
    return ",".join(_part(part) for part in parts)


def _part(part: str) -> str:
    if part.startswith("^"):
        return f">={part[1:]},<{int(part[1:].partition('.')[0]) + 1}"
    if part.startswith("~") and not part.startswith("~="):
        return f"~={part[1:]}.0" if part.count(".") == 1 else f"~={part[1:]}"
    return part
