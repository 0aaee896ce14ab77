"""Keeps what a scenario has started: the servers and the processes stay up while somebody looks at them."""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from ci.shell import Arm, open_shell
from ci.suite import Running, Watch
from harness.hold import HELD, RELEASE
from harness.reaper import Reaper


class Keeper:
    """Opens one shell: into the first round in which a scenario failed, or else into the `last` one."""

    def __init__(self, reaper: Reaper, watch: Watch) -> None:
        self.last = False
        self.done = False
        self._reaper = reaper
        self._watch = watch

    def look(self, running: Sequence[Running]) -> None:
        """Once every pytest run is held or over: open the shell if it is time, and let them all go on."""
        held = [one for one in running if one.held]
        if not held or not all(one.held or one.ended for one in running):
            return
        if not self.done and (self.last or any(_facts(one)["outcome"] == "failed" for one in held)):
            self.done = True
            open_shell([_arm(one) for one in held], self._reaper, self._watch)
        for one in held:
            _release(one)


def _release(running: Running) -> None:
    folder = running.order.folder
    (folder / HELD).unlink()
    with suppress(OSError):  # nobody waits at the pipe any more: pytest has ended
        pipe = os.open(folder / RELEASE, os.O_WRONLY | os.O_NONBLOCK)
        os.write(pipe, b"\n")
        os.close(pipe)


def _facts(running: Running) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((running.order.folder / HELD).read_text())
    return facts


def _arm(running: Running) -> Arm:
    order, settings = running.order, _facts(running)["settings"]
    return Arm(order.arm, order.built.stack.name, order.built.interpreter.parent, order.app, order.folder, settings)
