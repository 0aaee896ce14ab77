"""Runs scenarios on one stack: pytest inside it, watched from outside."""

import os
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ci.checkout import ROOT
from harness.errors import ProcessExited
from harness.hold import HELD, HOLD, RELEASE
from harness.outcomes import FAILED, UNKNOWN, Outcome, Reader
from harness.processes.interpreter import Interpreter
from harness.processes.launcher import APP, INSIDE, PASSED_ON
from harness.reaper import Reaper
from harness.services.desk import Desk
from harness.session import LENT, Lease
from harness.spawn import Child, spawn
from harness.stack.store import Built

POLL_SECONDS = 0.2  # a look at six runs costs their scenarios time, on a machine of two cores
OF_THIS_MACHINE = ("CI", "DOCKER_HOST", "PREFLIGHT_REDIS_IMAGE")  # pytest alone: can containers be had
SILENCE_SECONDS = 420.0  # longer than the time-out of any single scenario: then pytest itself is stuck


class Watch:
    """Told what happens while scenarios run. This one keeps quiet."""

    def event(self, run: str, what: str, value: Any) -> None:
        """One line of the results file of a pytest run (an order's name)."""

    def poll(self, folder: Path) -> None:
        """Called often; `folder` holds the logs of what runs now."""

    def kept(self, lines: Sequence[str]) -> None:
        """What a scenario has started stays up for a while; what it is, and what to do with it."""


@dataclass
class SuiteResult:
    """What one pytest run told. `broken`: the app did not import, in one line. `trouble`: it did not end by itself."""

    collected: list[str] = field(default_factory=list)
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    running: str = ""
    broken: str = ""
    uncollected: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    finished: bool = False
    left_out: list[str] = field(default_factory=list)

    def on(self, scenarios: Sequence[str]) -> dict[str, Outcome]:
        """An outcome for each of the scenarios that should have run.

        What does not import on the stack (the app, or a scenario's own file) failed for that reason, the file itself
        included; a scenario that did not come to an end is unknown.
        """
        ran = {one: self.outcomes.get(one) or self._absent(one) for one in [*scenarios, *self.collected]}
        return ran | {path: Outcome(path, FAILED, cause) for path, cause in self.uncollected.items()}

    def _absent(self, scenario: str) -> Outcome:
        if self.broken:
            return Outcome(scenario, FAILED, self.broken, started=False)
        if cause := self.uncollected.get(scenario.partition("::")[0]):
            return Outcome(scenario, FAILED, cause)
        return Outcome(scenario, UNKNOWN, self.trouble or "it did not run")

    def take(self, what: str, value: Any) -> None:
        """Add one event of the results file."""
        if what == "collected":
            self.collected = list(value)
        elif what == "left_out":
            self.left_out += value
        elif what == "started":
            self.running = value
        elif what == "ended":
            self.outcomes[value["scenario"]] = Outcome(**value)
            self.running = ""
        elif what == "uncollected":
            self.uncollected[value[0]] = value[1]
        elif what == "broken":
            self.broken = value
        elif what == "finished":
            self.finished = True


@dataclass
class Suite:
    """Runs pytest in stacks, with one set of services lent to all of them, and a team's settings laid over the app's.

    With `look`, each scenario is held before it is torn down, and `look` is called all along to release it.
    """

    desk: Desk
    reaper: Reaper
    watch: Watch
    laid_over: Mapping[str, Any] = field(default_factory=dict)
    look: "Callable[[Sequence[Running]], None] | None" = None

    def run(self, *orders: "Order") -> list[SuiteResult]:
        """Carry out the orders, all at once, and return their results when the last one has ended."""
        running: list[Running] = []
        try:
            running += map(self.start, orders)  # one by one: if a start fails, those before it are ended
            while sum(one.poll() for one in running):  # sum, not any: each is polled every time
                if self.look:
                    self.look(running)
                time.sleep(POLL_SECONDS)
        finally:
            end(running)
        return [one.order.into for one in running]

    def start(self, order: "Order") -> "Running":
        """Start pytest for an order."""
        results, lease = order.folder / "outcomes.jsonl", order.folder / "session.json"
        desk = (self.desk.address, self.desk.authkey)
        settings = dict(self.laid_over)
        interpreters = (interpreter_of(order.built), interpreter_of(order.old or order.built))
        Lease(*interpreters, *desk, order.folder, order.name, settings).write(lease)
        environment = {key: os.environ[key] for key in (*PASSED_ON, *OF_THIS_MACHINE) if key in os.environ}
        # A worker that is killed leaves billiard's folder behind in its temporary one, so that one goes with us.
        environment["TMPDIR"] = str(self.reaper.temporary_folder("tmp"))
        environment |= {LENT: str(lease), "PREFLIGHT_RESULTS": str(results), APP: str(order.app)}
        if self.look:
            os.mkfifo(order.folder / RELEASE)
            environment[HOLD] = str(order.folder)
        command = [str(order.built.interpreter), str(INSIDE / "launch_pytest.py"), str(order.built.tools)]
        command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-v", "--continue-on-collection-errors"]
        log = order.folder / "pytest.log"
        command += ["--timeout", "0"] if self.look else []  # a held scenario takes as long as somebody looks
        command += ["--basetemp", str(order.folder / "tmp"), *order.targets]
        child = spawn(command, name="pytest", log=log, reaper=self.reaper, env=environment, cwd=ROOT)
        return Running(order, child, Reader(results), self.watch)


@dataclass(frozen=True)
class Order:
    """One pytest run: an arm's stack, the targets (paths, scenario ids, options), a folder for logs, and the app.

    Runs of one arm that go on at the same time have a `share` each, by name (ci.shares).
    `old` is the stack that runs today, for scenarios that mix two (None: `built` itself, so that none is mixed).
    What happens goes into `into` as it happens, so that it is there when the run is cut short.
    """

    arm: str
    built: Built
    targets: Sequence[str]
    folder: Path
    into: SuiteResult = field(default_factory=SuiteResult)
    app: Path = ROOT / "reference_app"
    old: Built | None = None
    share: str = ""

    @property
    def name(self) -> str:
        """The arm, and its share where there are several."""
        return f"{self.arm}-{self.share}" if self.share else self.arm

    def beside(self, name: str) -> "Order":
        """The same run with services of its own, so that it can go on at the same time as its like."""
        return replace(self, share="-".join(filter(None, [self.share, name])))

    def with_options(self, options: Sequence[str]) -> "Order":
        """The same run with these options of pytest as well."""
        return replace(self, targets=[*self.targets, *options])


@dataclass
class Running:
    """A pytest run on its way."""

    order: Order
    child: Child
    results: Reader
    watch: Watch
    last_heard: float = field(default_factory=time.monotonic)

    @property
    def ended(self) -> bool:
        """True once pytest is gone."""
        return self.child.exit_code() is not None

    @property
    def held(self) -> bool:
        """True while a scenario waits to be released before its tear-down."""
        return (self.order.folder / HELD).exists()

    def poll(self) -> bool:
        """Take in what has happened; False once pytest has ended, or has been silent for too long."""
        ended = self.ended  # asked before reading, so that nothing before the end is missed
        self._take_in()
        self.watch.poll(self.order.folder)
        going = not ended and time.monotonic() - self.last_heard < SILENCE_SECONDS
        into = self.order.into
        silent = not going and not into.finished and not into.broken
        into.trouble = _last_words(self.child, into.running) if silent else ""
        return going

    def _take_in(self) -> None:
        events = self.results.new()
        for what, value in events:
            self.order.into.take(what, value)
            self.watch.event(self.order.name, what, value)
        if events or self.held:
            self.last_heard = time.monotonic()


def end(running: Sequence[Running]) -> None:
    """End pytest runs, those that still go on by interrupting them all first and waiting afterwards."""
    for one in running:
        one.child.send(signal.SIGINT)
    for one in running:
        one.child.stop(timeout=5, with_signal=signal.SIGINT)
        (one.order.folder / "session.json").unlink(missing_ok=True)  # it holds the key to the services


def interpreter_of(built: Built) -> Interpreter:
    """What the processes of a built stack need to know of it."""
    web_server = None if "gunicorn" in built.stack.pins else str(built.web_server)
    stack = built.stack
    return Interpreter(stack.name, str(built.interpreter), stack.pins, web_server, stack.python.version)


def _last_words(child: Child, running: str) -> str:
    during = f" during {running}" if running else ""
    try:
        child.raise_if_exited()
    except ProcessExited as error:
        return f"pytest ended{during}: {error.cause} (log: {child.log})"
    return f"pytest said nothing for {SILENCE_SECONDS:g} s{during} (log: {child.log})"
