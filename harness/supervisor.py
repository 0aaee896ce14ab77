"""Looks after the processes of a walk, as an orchestrator does."""

import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from harness.errors import WaitTimeout
from harness.fleet import Fleet
from harness.processes.process import Process
from harness.redelivery import give_out_again
from harness.waiting import real_seconds, wait_until
from harness.walk import WORKERS

DRAINED_SECONDS = 60.0  # a guard against hanging
STOP_SECONDS = 4.0  # an orchestrator waits longer; a worker that hangs does so for half a minute or for ever
TICK_SECONDS = 20.0  # beat sends every two or three
SILENT_SECONDS = 5.0  # longer than beat's period: then it does not send any more
GIVE_OUT_SECONDS = 3.0  # so long may a message stay in a worker's hands in the end


@dataclass
class Supervisor:
    """Starts the processes of a fleet by the names of a walk, and ends them as an orchestrator does.

    `revived` counts the workers that it had to start again, `hung` the processes that it had to kill because they did
    not end. Web and beat are not started again: they have to survive. What a worker held is given out again at once,
    instead of after the visibility timeout's hour. `app` is the Celery app in this process.
    """

    fleet: Fleet
    app: Any
    revived: "Counter[str]" = field(default_factory=Counter)
    hung: "Counter[str]" = field(default_factory=Counter)
    _sides: dict[str, str] = field(default_factory=dict)

    @property
    def workers(self) -> list[str]:
        """Those that are meant to be up."""
        return [name for name in WORKERS if name in self.fleet.processes]

    def start(self, name: str, side: str) -> None:
        """Start a process on that side; returns when it is ready."""
        # One process in the web: a hand-over that has failed makes that process leave the broker alone for a while.
        more = ("--workers", "1") if name == "web" else ()
        self._sides[name] = side
        self.fleet.start(side, name.partition("-")[0], name, *more)

    def revive(self, name: str) -> None:
        """Start a worker again that has ended or is of no use any more."""
        self.revived[name] += 1
        self.fleet.processes.pop(name).child.kill()
        self.give_out_again()
        self.succeed(name)

    def succeed(self, name: str) -> None:
        """Start a worker in place of one that is gone, on the same side."""
        self.start(name, self._sides[name])

    def end(self, process: Process) -> None:
        """Ask it to end, and return when it is gone."""
        process.child.send(signal.SIGTERM)
        self.wait_ended(process)

    def wait_ended(self, process: Process) -> None:
        """Return when it is gone; after STOP_SECONDS it is killed, and what it held is given out again."""
        with suppress(WaitTimeout):
            wait_until(lambda: process.child.exit_code() is not None, STOP_SECONDS, "it ends")
        if process.child.exit_code() is None:
            self.hung[process.child.name] += 1
        process.child.kill()  # with whatever it has left behind
        self.give_out_again()

    def give_out_again(self) -> None:
        """Have every message that is in a worker's hands delivered once more."""
        give_out_again(self.app, self.fleet.settings["CELERY_BROKER_URL"])

    def wait(self, condition: Callable[[], object], seconds: float, why: str) -> None:
        """As wait_until, with an eye on the processes. Raises ProcessExited when web or beat has ended by itself."""
        wait_until(condition, seconds, why, abort=self._look, hint=f"Logs: {self.fleet.history.path.parent}")

    def wait_silent(self) -> None:
        """Return when beat sends nothing any more."""
        seen = [self.fleet.ticks(), real_seconds()]

        def silent() -> bool:
            if (ticks := self.fleet.ticks()) != seen[0]:
                seen[:] = ticks, real_seconds()
            return real_seconds() - seen[1] > SILENT_SECONDS

        self.wait(silent, TICK_SECONDS, "what is switched off is sent no more")

    def drain(self, written: Callable[[], bool]) -> None:
        """Return when nothing is on its way any more: what is not written then never will be."""
        given_out = [real_seconds()]

        def drained() -> bool:
            if real_seconds() - given_out[0] > GIVE_OUT_SECONDS:
                self.give_out_again()
                given_out[0] = real_seconds()
            return self.fleet.nothing_on_its_way()

        with suppress(WaitTimeout):
            self.wait(drained, DRAINED_SECONDS, "nothing is on its way any more")
            self.wait(written, GIVE_OUT_SECONDS, "the last one is written")

    def _look(self) -> None:
        for name in self.workers:
            if self.fleet.processes[name].child.exit_code() is not None:
                self.revive(name)
        self.fleet.raise_if_one_exited()
