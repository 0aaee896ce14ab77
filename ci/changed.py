"""Whether a change of a team's own pins moves anything that the app takes; when not, there is nothing to run."""

import json
import sys
from dataclasses import replace

from ci.checkout import CACHE, STACKS
from ci.question import ARMS, Question
from ci.screen import Screen
from harness.errors import Unresolvable, UsageError
from harness.reaper import Reaper
from harness.stack.lock import moved
from harness.stack.store import Stack, Store


def changed(question: Question, screen: Screen, *, as_json: bool = False) -> Question:
    """The question with its pins resolved; ends the program, with 0 and the reason, when they come to the same.

    No service is started. Pins that cannot be resolved are left to the gate, which keeps a run of it. Raises UsageError
    when one side is not a file of pins.
    """
    if missing := [arm for arm in ARMS if arm not in question.pins]:
        raise UsageError(
            f"--changed-only compares two files of pins, and the {missing[0]}'s is missing: give --from-git, or "
            "--baseline-requirements and --candidate-requirements"
        )
    try:
        stacks = _resolved(question)
    except Unresolvable:
        return question
    if moves := _moves(stacks):
        screen.say(f"Moved: {', '.join(moves)}")
        return replace(question, locks=stacks, pins={})
    count = len(stacks["candidate"].pins)
    reason = f"nothing to ask: the {count} packages that the app takes are the same in {' and '.join(_names(question))}"
    screen.say(f"SAFE: {reason}")
    if as_json:
        print(json.dumps({"verdict": "SAFE", "exit_code": 0, "reasons": [reason], "moved": {}}, indent=2))
    sys.exit(0)


def _resolved(question: Question) -> dict[str, Stack]:
    with Reaper() as reaper:
        store = Store(STACKS, CACHE, reaper)
        return {arm: question.pins[arm].stack(store) for arm in ARMS}


def _moves(stacks: dict[str, Stack]) -> list[str]:
    pythons = [stacks[arm].python.version for arm in ARMS]
    moves = [] if pythons[0] == pythons[1] else [f"Python {pythons[0]} → {pythons[1]}"]
    pins = moved(*(stacks[arm].pins for arm in ARMS))
    return moves + [f"{name} {old or 'absent'} → {new or 'absent'}" for name, (old, new) in pins.items()]


def _names(question: Question) -> list[str]:
    return [question.named(arm) for arm in ARMS]
