"""From the door's arguments to a question; what means nothing is refused before a run begins."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from ci.accepted import Acceptance
from ci.accepted import read as read_acceptances
from ci.checkout import ACCEPTED, CACHE, STACKS, areas
from ci.pins.stacks import Pins
from ci.question import ALL, ARMS, Question
from harness.errors import UsageError
from harness.reaper import Reaper
from harness.stack.store import Store

DEFAULTS = {"baseline": "plan-2023", "candidate": "latest"}


def acceptances_of(path: str | None) -> list[Acceptance]:
    """Those of the file that was named, which must be there, else those of the checkout's own, which may not."""
    return read_acceptances(Path(path), needed=True) if path else read_acceptances(ACCEPTED)


def targets_of(chosen: Sequence[str], walks: Sequence[str] = ()) -> tuple[str, ...]:
    """The folders of the chosen areas, and these walks, or all areas. Raises UsageError for one that does not exist."""
    for area in chosen:
        if area not in areas():
            raise UsageError(f"no area is called {area!r}: there are {', '.join(areas())}")
    return (*(f"scenarios/{area}" for area in dict.fromkeys(chosen)), *dict.fromkeys(walks)) or ALL


def asked(named: Mapping[str, str | None], pins: Mapping[str, Pins], targets: tuple[str, ...]) -> Question:
    """The question; refuses names, requirements and files that mean nothing before a run begins."""
    if twice := [arm for arm in pins if named[arm]]:
        raise UsageError(f"--{twice[0]} {named[twice[0]]} and {pins[twice[0]].name} are two answers: give one")
    names = {arm: pins[arm].name if arm in pins else named[arm] or DEFAULTS[arm] for arm in ARMS}
    with Reaper() as reaper:
        store = Store(STACKS, CACHE, reaper)
        for arm in ARMS:
            pins[arm].check(store) if arm in pins else store.check(names[arm])
    return Question(names["baseline"], names["candidate"], targets, pins=pins)
