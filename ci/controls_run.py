"""Runs the negative controls and lists those that no scenario noticed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ci.checkout import CACHE, RUNS, STACKS
from ci.control import Control, killers, provers, read, sound
from ci.run_folder import CONTROLS, RunFolder
from ci.screen import Screen
from ci.suite import Suite, Watch
from harness.reaper import Reaper
from harness.services.desk import Desk
from harness.services.pool import Services
from harness.services.provider import choose
from harness.stack.store import Built, Store


def run_controls(chosen: Sequence[str], stack: str, services: str, screen: Screen) -> int:
    """Break the app in each way and run the suites that should notice. Exit code 0 when all were noticed, else 1.

    Each on `stack`, or, where that is '', on the one that its area names. A scenario that is red on the app as it is
    notices nothing. Raises UsageError, and PreflightError when something kept a control from its answer.
    """
    controls = [replace(control, on=stack or control.on) for control in read(chosen)]
    choice = choose(services)
    with Reaper() as reaper, Services(choice.provider, reaper) as pool:
        store = Store(STACKS, CACHE, reaper)
        names = sorted({control.on for control in controls})
        for name in names:
            store.check(name)
        screen.say(f"Services: {choice.provider}. {choice.reason}")
        folder = RunFolder.create(RUNS)
        stacks = {name: store.build(store.get(name)) for name in names}
        desk = Desk(pool, reaper)
        try:
            survivors = _survivors(Suite(desk, reaper, Watch()), stacks, controls, folder, screen)
        finally:
            desk.close()
    screen.say(f"{len(controls)} controls, {len(survivors)} not noticed. Logs: {folder.path}")
    return 1 if survivors else 0


def _survivors(
    suite: Suite, stacks: Mapping[str, Built], controls: Sequence[Control], folder: RunFolder, screen: Screen
) -> list[Control]:
    noticed: dict[Control, list[str]] = {}
    for on, built in stacks.items():
        mine = [control for control in controls if control.on == on]
        screen.say(f"On {on}, first with nothing broken:")
        passing = sound(suite, built, mine, folder.step_folder(f"sound-{on}"))
        screen.say(f"{len(passing)} scenarios pass, and can prove something. Then broken:")
        for number, control in enumerate(mine, len(noticed) + 1):
            able = provers(control, passing)
            found = killers(suite, built, control, folder.step_folder(f"control-{number:02}"), able) if able else []
            noticed[control] = found
            screen.say(f"{number:3}. {control.area}: {control.name}: {_told(able, found)}")
    facts = {f"{control.area}: {control.name}": found for control, found in noticed.items()}
    (folder.path / CONTROLS).write_text(json.dumps(facts, indent=2) + "\n")
    return [control for control, found in noticed.items() if not found]


def _told(able: Sequence[str], found: Sequence[str]) -> str:
    if not able:
        return "NOT PROVEN: none of the scenarios that it names passes with nothing broken. Try another stack: --on"
    return f"noticed by {found[0]}" if found else "SURVIVED"
