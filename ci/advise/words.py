"""The advice, for people and for programs."""

from collections.abc import Sequence
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ci.advise.ascent import Advice
from ci.advise.gates import Passage
from ci.bisect.words import sentences
from harness.errors import Unresolvable
from harness.stack.definition import Definition
from harness.stack.lock import moved
from harness.stack.store import Stack, Store


def as_data(
    advice: Advice, passages: Sequence[Passage], wanted: Definition, newest: Stack, store: Store
) -> dict[str, Any]:
    """The content of advise.json; `passages` are all gates that were asked."""
    held = moved(newest.pins, advice.stack.pins)
    return {
        "python": advice.stack.python.minor,
        "lines": lines(advice, wanted, newest, store),
        "pins": advice.stack.pins,
        "held": {name: {"newest": old or "", "advised": new or ""} for name, (old, new) in held.items()},
        "because": sentences(advice.held.found, []) if advice.held else [],
        "safe": _said(advice.stack, newest, advice.passage),
        "beyond": [_said(stack, advice.stack, passage) for stack, passage in advice.beyond],
        "gates": len(passages),
        "gate_seconds": round(sum(one.seconds for one in passages), 1),
    }


def lines(advice: Advice, wanted: Definition, newest: Stack, store: Store) -> list[str]:
    """Lines for a requirements file: the app's own packages and what is held back, by their exact releases.

    Where the resolver would make another set of these by the same day, every package.
    """
    pins, own = advice.stack.pins, [Requirement(line) for line in wanted.requirements]
    short = [_pinned(one, pins[canonicalize_name(one.name)]) for one in own]
    known = {canonicalize_name(one.name) for one in own}
    held = [name for name in moved(newest.pins, pins) if name in pins and name not in known]
    short += [f"{name}=={pins[name]}" for name in held]
    asked = Definition("advised", advice.stack.python.minor, newest.day, tuple(short))
    try:
        exact = store.resolve(asked).pins == pins
    except Unresolvable:  # a prerelease among them, or an extra that asks for other releases
        exact = False
    return short if exact else [f"{name}=={version}" for name, version in pins.items()]


def _pinned(one: Requirement, version: str) -> str:
    return f"{one.name}{'[' + ','.join(sorted(one.extras)) + ']' if one.extras else ''}=={version}"


def _said(stack: Stack, other: Stack, passage: Passage) -> dict[str, Any]:
    """What the gate said of a set, and in what that is not like another one."""
    apart = moved(other.pins, stack.pins)
    moves = [f"{name} {old or 'absent'} → {new or 'absent'}" for name, (old, new) in apart.items()]
    return {"moved": moves, **vars(passage)}
