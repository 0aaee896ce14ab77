"""Runs the negative controls and lists those that no scenario noticed."""

import json
from collections.abc import Sequence

from ci.checkout import CACHE, RUNS, STACKS
from ci.control import Control, killers, read
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

    Raises UsageError, and PreflightError when something kept a control from its answer.
    """
    controls = read(chosen)
    choice = choose(services)
    with Reaper() as reaper, Services(choice.provider, reaper) as pool:
        store = Store(STACKS, CACHE, reaper)
        store.check(stack)
        screen.say(f"Services: {choice.provider}. {choice.reason}")
        folder = RunFolder.create(RUNS)
        built = store.build(store.get(stack))
        desk = Desk(pool, reaper)
        try:
            survivors = _survivors(Suite(desk, reaper, Watch()), built, controls, folder, screen)
        finally:
            desk.close()
    screen.say(f"{len(controls)} controls, {len(survivors)} survived. Logs: {folder.path}")
    return 1 if survivors else 0


def _survivors(
    suite: Suite, built: Built, controls: Sequence[Control], folder: RunFolder, screen: Screen
) -> list[Control]:
    survivors, noticed = [], {}
    for number, control in enumerate(controls, 1):
        found = killers(suite, built, control, folder.step_folder(f"control-{number:02}"))
        if not found:
            survivors.append(control)
        noticed[f"{control.area}: {control.name}"] = found
        told = f"noticed by {found[0]}" if found else "SURVIVED"
        screen.say(f"{number:3}. {control.area}: {control.name}: {told}")
    (folder.path / CONTROLS).write_text(json.dumps(noticed, indent=2) + "\n")
    return survivors
