"""The extra worker: one worker with tasks of the suite's own, the trace that its processes leave, and its events."""

import json
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.processes.process import Process
from harness.session import Session
from harness.waiting import wait_until

EXTRA = Path(__file__).parent / "extra"
sys.path.append(str(EXTRA))  # the scenarios call the extra tasks as an app calls its own


class Trace:
    """What the extra worker's processes recorded. Not its log: nothing here depends on a level or a format."""

    def __init__(self, path: Path, worker: Process) -> None:
        self._path = path
        self._worker = worker

    def lines(self, **facts: Any) -> list[dict[str, Any]]:
        """The whole lines so far that say these facts."""
        text = self._path.read_text() if self._path.exists() else ""
        lines = [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
        return [line for line in lines if facts.items() <= line.items()]

    def wait(self, seconds: float = 20, **facts: Any) -> dict[str, Any]:
        """The first line that says these facts, within that time."""
        said = ", ".join(f"{key} {value!r}" for key, value in facts.items() if key != "id")
        return wait_until(
            lambda: self.lines(**facts),
            seconds,
            f"the worker's trace says {said}",
            abort=self._worker.raise_if_exited,
            hint=f"The worker's log: {self._worker.child.log}",
        )[0]


class Watch:
    """A receiver of task events in a thread, as a monitor runs one: `seen` are the events so far."""

    def __init__(self, app: Any) -> None:
        self.seen: list[dict[str, Any]] = []
        self._app = app
        self._connection = app.connection_for_read()
        self._receiver = app.events.Receiver(self._connection, handlers={"*": self.seen.append})
        self._thread = threading.Thread(target=self._receiver.capture, kwargs={"wakeup": False}, daemon=True)

    def __enter__(self) -> "Watch":  # noqa: PYI034 - typing.Self came with Python 3.11
        self._thread.start()
        wait_until(self._hears, 20, "a receiver of events hears an event")
        return self

    def __exit__(self, *_: object) -> None:
        self._receiver.should_stop = True
        self._thread.join(10)
        self._connection.release()

    def _hears(self) -> bool:
        with self._app.events.default_dispatcher() as dispatcher:
            dispatcher.send("preflight-probe")
        return any(event["type"] == "preflight-probe" for event in self.seen)


@dataclass(frozen=True)
class Endings:
    """One task of each ending, run once: results by ending, and the events that a monitor saw meanwhile."""

    results: dict[str, Any]
    events: list[dict[str, Any]]

    def of(self, ending: str, kind: str) -> list[dict[str, Any]]:
        """The events of that kind about the task of that ending."""
        return [event for event in self.events if (event.get("uuid"), event["type"]) == (self.id(ending), kind)]

    def id(self, ending: str) -> str:
        """The id of the task of that ending."""
        return self.results[ending].id


@pytest.fixture(scope="session")
def extra_trace_file(session: Session) -> Path:
    """Where the extra worker's processes, and eager calls here, leave their trace."""
    path = session.folder / f"extra-trace-{session.name}.jsonl"
    os.environ["EXTRA_TRACE"] = str(path)
    return path


@pytest.fixture(scope="session")
def shared_extra_worker(session: Session, extra_trace_file: Path) -> Iterator[Process]:
    """The plan's worker command with the extra tasks, their queue, task events and a name of its own."""
    launcher = session.launcher()
    extra = launcher.with_settings(PYTHONPATH=str(EXTRA), EXTRA_TRACE=str(extra_trace_file))
    included = ("--include", "extra_tasks,extra_signals", "-Q", "extra", "-n", "extra@%h", "-E")
    yield extra.worker(*included, "--concurrency", "4", name="extra-worker")
    launcher.stop_all()


@pytest.fixture
def extra_worker(shared_extra_worker: Process) -> Process:
    """The extra worker, alive."""
    shared_extra_worker.raise_if_exited()
    return shared_extra_worker


@pytest.fixture
def trace(extra_worker: Process, extra_trace_file: Path) -> Trace:
    """What the extra worker did, beside results."""
    return Trace(extra_trace_file, extra_worker)


@pytest.fixture(scope="session")
def endings(shared_extra_worker: Process, extra_trace_file: Path) -> Endings:
    """Every way for a task to end, all at once because lost processes are noticed every 5 s only."""
    import extra_endings  # noqa: PLC0415 - the app is importable only once a session has begun

    from core import celery_app  # noqa: PLC0415 - as above

    trace = Trace(extra_trace_file, shared_extra_worker)
    with Watch(celery_app) as watch:
        results = extra_endings.bring_about(celery_app, trace.wait)
        last = results["returned last"].id
        done = ("task-succeeded", last)
        wait_until(lambda: done in [(e["type"], e.get("uuid")) for e in watch.seen], 20, "an event of the last task")
    return Endings(results, watch.seen)


@pytest.fixture
def watch(extra_worker: Process) -> Iterator[Watch]:
    """A monitor of task events, for one scenario."""
    from core import celery_app  # noqa: PLC0415 - the app is importable only once a session has begun

    with Watch(celery_app) as watching:
        yield watching


@pytest.fixture
def broker_url() -> str:
    """The Redis that the scenarios' worker listens to."""
    return os.environ["CELERY_BROKER_URL"]


@pytest.fixture
def extra_node() -> str:
    """The extra worker's name, as operators address it."""
    from celery.utils.nodenames import gethostname  # noqa: PLC0415 - the stack's own, once its path is set

    return f"extra@{gethostname()}"
