"""The advice, for people and for programs."""

from collections.abc import Sequence
from typing import Any

from ci.advise.ascent import Advice
from ci.advise.gates import Passage
from ci.bisect.words import sentences
from harness.stack.lock import moved
from harness.stack.store import Stack


def as_data(advice: Advice, passages: Sequence[Passage], newest: Stack) -> dict[str, Any]:
    """The content of advise.json; `passages` are all gates that were asked.

    `pins` are all packages of the set that was safe: whatever is left open, the index answers otherwise another day.
    """
    held = moved(newest.pins, advice.stack.pins)
    return {
        "python": advice.stack.python.minor,
        "pins": advice.stack.pins,
        "held": {name: {"newest": old or "", "advised": new or ""} for name, (old, new) in held.items()},
        "because": sentences(advice.held.found, []) if advice.held else [],
        "safe": _said(advice.stack, newest, advice.passage),
        "beyond": [_said(stack, advice.stack, passage) for stack, passage in advice.beyond],
        "absent": list(advice.absent),
        "doubts": advice.doubts,
        "gates": len(passages),
        "gate_seconds": round(sum(one.seconds for one in passages), 1),
    }


def _said(stack: Stack, other: Stack, passage: Passage) -> dict[str, Any]:
    """What the gate said of a set, and in what that is not like another one."""
    apart = moved(other.pins, stack.pins)
    moves = [f"{name} {old or 'absent'} → {new or 'absent'}" for name, (old, new) in apart.items()]
    return {"moved": moves, **vars(passage)}
