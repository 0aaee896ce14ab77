"""The processes of an upgrade: two stacks' web, beat and workers on one Redis and one database."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from harness import raw_messages
from harness.checkers.hands import TICK
from harness.errors import WaitTimeout
from harness.history.history import History
from harness.history.rows import effects
from harness.moments import OLD
from harness.processes.launcher import Launcher
from harness.processes.process import Process
from harness.waiting import wait_until

WRITTEN_SECONDS = 60.0  # until an accepted event counts as lost; a guard: see QUIET_SECONDS
QUIET_SECONDS = 8.0  # after the queue was seen empty, whatever has no row by then has no message either
PERSON = "ada"  # name and password of who logs in


@dataclass
class Fleet:
    """What runs, by name, and where logins go. Not for deciding what runs when: that is a plan's.

    `launchers` by side. The history tells of each event which process (by its name here) of which stack ran it.
    """

    launchers: Mapping[str, Launcher]
    history: History
    processes: dict[str, Process] = field(default_factory=dict)
    url: str = ""

    @property
    def settings(self) -> Mapping[str, str]:
        """The settings that both sides share."""
        return self.launchers[OLD].settings

    def start(self, side: str, what: str, name: str, *arguments: str) -> None:
        """Start a web, beat or worker under that name; returns when it is ready. Logins go to a web from then on."""
        launcher = self.launchers[side].with_settings(
            PREFLIGHT_HISTORY=str(self.history.path),
            PREFLIGHT_PROCESS=name,
            PREFLIGHT_STACK=self.launchers[side].interpreter.stack,
            PGAPPNAME=name,  # PostgreSQL knows whose connection is whose
        )
        if what == "worker":
            process = launcher.worker("-n", f"{name}@upgrade", "--concurrency", "2", *arguments, name=name)
        elif what == "beat":
            process = launcher.beat("--max-interval", "1", *arguments, name=name)
        else:
            process = web = launcher.web(*arguments, name=name)
            self.url = web.url
        self.processes[name] = process

    def stop(self, name: str) -> None:
        """End it as an operator would."""
        self.processes.pop(name).stop()

    def close(self) -> None:
        """Stop everything."""
        for launcher in self.launchers.values():
            launcher.stop_all()

    def raise_if_one_exited(self) -> None:
        """Raise ProcessExited when one has ended by itself."""
        for process in self.processes.values():
            process.raise_if_exited()

    def ticks(self) -> int:
        """How often what beat sends was written so far."""
        return len(effects(self.settings["DATABASE_URL"], [TICK]))

    def nothing_on_its_way(self) -> bool:
        """Whether no message waits in the queue or is in a worker's hands."""
        return raw_messages.nothing_on_its_way(self.settings["CELERY_BROKER_URL"], "celery")

    def drain(self, written: Callable[[], bool]) -> None:
        """Return when all is written, or when nothing is on its way any more: what is missing then is lost."""
        with suppress(WaitTimeout):
            done = lambda: written() or self.nothing_on_its_way()  # noqa: E731
            wait_until(done, WRITTEN_SECONDS, "the queue is empty", abort=self.raise_if_one_exited)
            wait_until(written, QUIET_SECONDS, "the last task is done", abort=self.raise_if_one_exited)
