"""Two stacks at once: `old` is what runs today, `new` what is asked about, on one Redis and one database.

On the baseline's arm of the gate both are the baseline: what fails there is not the upgrade's fault.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.checkers.hands import TICK
from harness.fleet import PERSON
from harness.processes.caller import Caller
from harness.processes.launcher import Launcher
from harness.processes.process import Process
from harness.session import Session
from harness.waiting import wait_until

EXTRA = Path(__file__).parent / "extra"
INCLUDED = ("--include", "pair_tasks")


@dataclass(frozen=True)
class Side:
    """One of the two stacks: processes of it call and work. Its queue and its worker's node have its name."""

    name: str
    launcher: Launcher
    caller: Caller
    worker: Process
    trace: Path

    @property
    def celery(self) -> str:
        """Its version of Celery, which its processes have confirmed."""
        return self.launcher.interpreter.pins["celery"]

    def call(self, function: str, **arguments: Any) -> Any:
        """Call a function of pair_calls in a process of this side."""
        self.worker.raise_if_exited()
        return self.caller.call(f"pair_calls:{function}", **arguments)

    def notes(self, word: str) -> list[dict[str, Any]]:
        """The notes of that word that tasks of either side have left so far."""
        lines = self.trace.read_text().splitlines(keepends=True) if self.trace.exists() else []
        return [note for line in lines if line.endswith("\n") and (note := json.loads(line))["word"] == word]

    def wait_noted(self, word: str, seconds: float = 30) -> dict[str, Any]:
        """The first note of that word, once it is there."""
        return wait_until(
            lambda: self.notes(word),
            seconds,
            f"a task notes {word!r}",
            abort=self.worker.raise_if_exited,
            hint=f"The worker's log: {self.worker.child.log}",
        )[0]


@dataclass(frozen=True)
class Pair:
    """Who makes something and who finishes it."""

    maker: Side
    finisher: Side


@dataclass
class Admin:
    """Somebody of that stack who changes rows as the Django admin does; a process, which ends with the `with`."""

    launcher: Launcher
    caller: "Caller | None" = None

    def prepare(self) -> None:
        """Make the person who logs in, and a periodic task that is an audit event every two seconds."""
        user = self._call("user", name=PERSON)
        event = {"user_id": user, "event_type": TICK, "ip_address": None, "user_agent": "", "device_info": None}
        self._keywords = json.dumps({**event, "success": True, "details": {"event_id": TICK}})
        self.due_every(2)

    def due_every(self, seconds: int) -> None:
        """Change its period; 0 switches it off."""
        if seconds:
            task = "modules.auth.accounts.tasks.log_auth_event_task"
            self._call("schedule", name=TICK, task=task, args="[]", kwargs=self._keywords, every=seconds)
        else:
            self._call("unschedule", name=TICK)

    def _call(self, function: str, **arguments: Any) -> Any:
        self.caller = self.caller or self.launcher.caller(name="admin")
        return self.caller.call(f"pair_calls:{function}", **arguments)

    def __enter__(self) -> "Admin":  # noqa: PYI034 - typing.Self came with Python 3.11
        return self

    def __exit__(self, *_: object) -> None:
        if self.caller:
            self.caller.stop()


@pytest.fixture(scope="session")
def admin_of() -> type[Admin]:
    """Makes an Admin of a launcher's stack."""
    return Admin


def two_stacks(session: Session, name: str) -> dict[str, Launcher]:
    """old and new -> a launcher, both on one durable Redis and one empty database of that name."""
    redis = session.redis(name, durable=True).url
    settings = {
        "CELERY_BROKER_URL": redis,
        "CELERY_RESULT_BACKEND": redis,
        "DATABASE_URL": session.services.postgres().create_database(re.sub(r"\W", "_", f"{session.name}_{name}")),
        "PAIR_TRACE": str(session.folder / f"trace-{name}-{session.name}.jsonl"),
        "PYTHONPATH": str(EXTRA),
    }
    launchers = {"old": session.old_launcher(), "new": session.launcher()}
    return {side: one.with_settings(**settings) for side, one in launchers.items()}


def stop_all(launchers: dict[str, Launcher]) -> None:
    """Stop what both have started."""
    for launcher in launchers.values():
        launcher.stop_all()


@pytest.fixture(scope="session")
def stacks(session: Session) -> Iterator[dict[str, Launcher]]:
    """Both stacks on a database that the old and then the new has migrated."""
    launchers = two_stacks(session, "pair")
    for launcher in launchers.values():
        launcher.manage("migrate")
    yield launchers
    stop_all(launchers)


@pytest.fixture(scope="module")
def schema_stacks(session: Session) -> Iterator[dict[str, Launcher]]:
    """Both stacks on a database without a table."""
    launchers = two_stacks(session, "schema")
    yield launchers
    stop_all(launchers)


@pytest.fixture(scope="module")
def moments_stacks(session: Session) -> Iterator[dict[str, Launcher]]:
    """The same once more, for a walk of its own."""
    launchers = two_stacks(session, "moments")
    yield launchers
    stop_all(launchers)


@pytest.fixture
def walk_stacks(session: Session) -> Iterator[dict[str, Launcher]]:
    """The same for a random walk."""
    launchers = two_stacks(session, "walk")
    yield launchers
    stop_all(launchers)


@pytest.fixture(scope="session")
def sides(stacks: dict[str, Launcher]) -> dict[str, Side]:
    """old and new, each with a process that calls and a worker on the queue of its name."""
    return {name: side(name, launcher) for name, launcher in stacks.items()}


def side(name: str, launcher: Launcher) -> Side:
    """Start one side."""
    caller = launcher.caller(name=f"{name}-caller")
    worker = launcher.worker(*INCLUDED, "-Q", name, "-n", f"{name}@pair", "--concurrency", "2", name=f"{name}-worker")
    return Side(name, launcher, caller, worker, Path(launcher.settings["PAIR_TRACE"]))


@pytest.fixture(params=[("old", "new"), ("new", "old")], ids=["old to new", "new to old"])
def pair(request: pytest.FixtureRequest, sides: dict[str, Side]) -> Pair:
    """Both directions."""
    return Pair(*(sides[name] for name in request.param))
