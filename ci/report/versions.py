"""The packages of both stacks, and what moved."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.version import InvalidVersion, Version

from ci.question import ARMS

WEIGHTIEST = ("python", "celery", "kombu", "billiard", "vine", "amqp", "redis", "django", "django-celery-beat")


@dataclass(frozen=True)
class Package:
    """A package's version on both stacks; empty where it is absent. `move`: up, down, added, gone or nothing."""

    name: str
    baseline: str
    candidate: str
    move: str


def packages(results: Mapping[str, Any]) -> list[Package]:
    """Python and every package of either stack: those that moved first, the weightiest of them at the top."""
    pins = [{"python": results[arm]["python"], **results[arm]["pins"]} for arm in ARMS if "pins" in results[arm]]
    if len(pins) < len(ARMS):
        return []
    old, new = pins
    found = [_package(name, old.get(name, ""), new.get(name, "")) for name in sorted({*old, *new})]
    return sorted(found, key=lambda one: (not one.move, _weight(one.name.lower())))


def _weight(name: str) -> int:
    return WEIGHTIEST.index(name) if name in WEIGHTIEST else len(WEIGHTIEST)


def _package(name: str, old: str, new: str) -> Package:
    return Package("Python" if name == "python" else name, old, new, _move(old, new))


def _move(old: str, new: str) -> str:
    if old == new:
        return ""
    if not (old and new):
        return "added" if new else "gone"
    try:
        return "up" if Version(new) > Version(old) else "down"
    except InvalidVersion:
        return "up"
