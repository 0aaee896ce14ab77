"""A steady stream of audit events from a real producer through one Redis and one worker, written down as a history."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import sessions
from harness.audit_event import hand_over
from harness.checkers.exposure import ENDINGS, Window, resumed_after
from harness.checkers.hands import all_taken, at_work
from harness.errors import BrokenPromise, WaitTimeout
from harness.faults.proxy import Proxy
from harness.history.history import History, ids
from harness.history.record import Kind, Record
from harness.history.rows import a_user, effects_behind, last_row
from harness.history.told import Told
from harness.processes.launcher import Launcher
from harness.processes.process import Process
from harness.processes.producer import Producer
from harness.redelivery import give_out_again, held_events, waiting_events
from harness.services.base import PostgresService, RedisService
from harness.waiting import wait_until

QUEUE = "celery"
RATE = 10  # events a second
LIVE_EVENTS = 5  # so many must succeed before a fault, or nothing is known of what it did
PATIENCE_SECONDS = 40.0  # with no task done: a worker that works, however slowly, is neither deaf nor stuck
PROBE_SECONDS = 10.0  # a worker that needs longer for one event is replaced before a trial
DEAF_SECONDS = 30.0  # a warm stop on a busy machine may take as long as that
ACK_SECONDS = 5.0
PILED_UP = 2  # messages in the queue of a worker that would take one at once if it could


@dataclass
class Workload:
    """One producer, one worker of a pool of one process, one Redis, one history.

    One process: then a task that has ended tells that those taken before it have. `launcher` brings the settings that
    both share; `app` is the Celery app in this process; `arguments` are the worker's. With a `proxy` the worker, and
    nobody else, reaches Redis through that.
    """

    name: str
    launcher: Launcher
    redis: RedisService
    postgres: PostgresService
    folder: Path
    app: Any
    arguments: tuple[str, ...] = ()
    proxy: Proxy | None = None
    supervised: bool = False
    ends: int = 0
    deaf: int = 0

    def __post_init__(self) -> None:
        self.history = History(self.folder / f"history-{self.name}.jsonl")
        self._producer = Producer(self._named("producer"), self.folder / f"pace-{self.name}", self.name)
        self.user = a_user(self.database_url)
        self._worker: Process | None = None
        self._told, self._begun_behind = Told(self.history), 0
        self._probes: list[str] = []
        self.left: set[str] = set()

    @property
    def database_url(self) -> str:
        """Where the rows are written."""
        return self.launcher.settings["DATABASE_URL"]

    @property
    def worker(self) -> Process:
        """The worker that runs now."""
        return self._worker or self.replace_worker()

    def replace_worker(self) -> Process:
        """Start another worker in place of one that has ended or is of no use any more."""
        if self._worker:
            self._worker.child.kill()
        arguments = ("--concurrency", "1", *self.arguments)
        broker = {"CELERY_BROKER_URL": self.proxy.url} if self.proxy else {}
        self._worker = self._named("worker").with_settings(**broker).worker(*arguments, name=f"worker-{self.name}")
        return self._worker

    def close(self) -> None:
        """End its processes."""
        self._producer.close()
        if self._worker:
            self._worker.child.kill()

    def another_worker(self) -> Process:
        """Start one more beside it; who asks for it ends it."""
        return self._named("other-worker").worker("--concurrency", "1", "-n", "other@%h", name=f"other-{self.name}")

    def begin(self, *, supervised: bool = False) -> None:
        """A new trial: an empty Redis, a worker that is known to consume, and a history that starts here.

        A supervised worker is started again when it has ended, which `ends` counts, or does nothing for DEAF_SECONDS,
        which `deaf` counts, as an orchestrator with a liveness probe does. Otherwise its end is the trial's.
        """
        self.supervised, self.ends, self.deaf, self.left = supervised, 0, 0, set()
        self.pause()
        self.redis.start()
        self.redis.flush()
        if not self._consumes():
            self.redis.flush()
            self.replace_worker()
        self._told, self._begun_behind = Told(self.history), last_row(self.database_url)

    def run(self, rate: float = RATE) -> None:
        """Let the producer produce so many events a second, whatever becomes of them."""
        self._producer.run(rate)

    def flow(self, rate: float = RATE) -> None:
        """Let the producer produce; returns when some of its events have been worked on."""
        flowing = Told(self.history)
        self.run(rate)
        self._wait(lambda: len(flowing.ids(Kind.SUCCEEDED)) >= LIVE_EVENTS, "events are worked on")

    def pause(self) -> None:
        """See Producer.pause."""
        self._producer.pause()

    def in_the_middle(self) -> set[str]:
        """Events whose task has started and not ended, its process being alive or not."""
        return self.told(Kind.STARTED) - self.told(*ENDINGS)

    def held(self) -> set[str]:
        """Events that workers have taken and not acknowledged."""
        return set(held_events(self.redis.url))

    def take_two(self) -> None:
        """Return once the worker has one event in the middle and one more: a table must be locked for that."""
        two = {self.probe(), self.probe()}
        self._wait(lambda: two <= self.told(Kind.RECEIVED) and self.in_the_middle(), "the worker takes two")

    def fill_hands(self) -> None:
        """Return once the worker has one event in the middle and takes no more: a table must be locked for that.

        Taking no more, it does not wait for Redis to hand it one: what is handed to a client that dies is gone.
        """
        place = self.history.count()
        self.run()
        self._wait(lambda: self._takes_no_more(place), "the worker's hands are full")

    def _takes_no_more(self, place: int) -> bool:
        since, waiting = self.history.since(place), waiting_events(self.redis.url, QUEUE)  # what is new is in the queue
        return bool(self.in_the_middle()) and len(waiting) >= PILED_UP and all_taken(since, waiting)

    def note(self, fault: str, window: Window) -> None:
        """Have the beginning and the end of a fault in the history."""
        self.history.add(*window.records(fault, self.launcher.interpreter.stack))

    def resume_seconds(self, window: Window) -> float:
        """Return once an event that was attempted after the window succeeded. See exposure.resumed_after.

        Raises WaitTimeout when no task ends for too long, ProcessExited when the worker ends instead.
        """
        if self.supervised:
            self._probe_liveness(window)
        self._wait(lambda: resumed_after(self.trial(), window) is not None, "the worker consumes again")
        return resumed_after(self.trial(), window) or 0.0

    def drain(self) -> None:
        """Return when all is worked on, also what a worker held when it lost its Redis. Raises WaitTimeout else."""
        self.pause()
        self._wait(self._drained, "queue and unacked are empty")

    def trial(self) -> list[Record]:
        """What has happened since `begin`."""
        return self._told.records()

    def told(self, *kinds: Kind) -> set[str]:
        """The events that have a record of any of these kinds since `begin`."""
        return self._told.ids(*kinds)

    def judged(self) -> list[Record]:
        """The trial with its effects, which are written to the history too, but for those of earlier trials' events."""
        trial = self.trial()
        earlier = ids(self.history.since(0), Kind.ATTEMPTED) - ids(trial, Kind.ATTEMPTED)
        written = effects_behind(self.database_url, self._begun_behind, rf"^({self.name}-(probe-)?\d+)?$")
        rows = [row for row in written if row.event not in earlier]
        self.history.add(*rows)
        return [*trial, *rows]

    def probe(self, **options: Any) -> str:
        """Hand one event over from this process, with options of apply_async such as countdown; its id."""
        event, stack = f"{self.name}-probe-{len(self._probes) + 1}", self.launcher.interpreter.stack
        self._probes.append(event)
        self.history.add(Record(Kind.ATTEMPTED, event, stack=stack))
        hand_over(self.app, self.redis.url, self.user, event, **options)
        self.history.add(Record(Kind.ACKED, event, stack=stack))
        return event

    def _drained(self) -> bool:
        """One more event through the worker: with a pool of one, whatever was taken before it has ended."""
        last = self.probe()
        self._wait(lambda: last in self.told(*ENDINGS), "the worker runs a last event")
        self._wait(lambda: not any(map(sessions.is_running, at_work(self.trial()))), "nothing runs")
        if waiting_events(self.redis.url, QUEUE):
            return False
        # The broker is told of a task's end a moment after it, in order: what is left behind the last one is nobody's.
        with suppress(WaitTimeout):
            wait_until(lambda: last not in self.held(), ACK_SECONDS, "the last one is acknowledged")
        held = self.held()
        if held and last not in held:
            self.left |= held
            give_out_again(self.app, self.redis.url)
        return not held

    def _consumes(self) -> bool:
        since = Told(self.history)
        with suppress(BrokenPromise):
            self.worker.raise_if_exited()
            last = self.probe()
            wait_until(lambda: last in since.ids(Kind.SUCCEEDED), PROBE_SECONDS, "it is of use")
            return True
        return False

    def _probe_liveness(self, window: Window) -> None:
        lives = lambda: self._ended() or resumed_after(self.trial(), window) is not None  # noqa: E731
        try:
            wait_until(lives, DEAF_SECONDS, "it lives", progress=self._tasks_done)
        except WaitTimeout:
            self.deaf += 1
            self.replace_worker()

    def _supervise(self) -> None:
        if self.supervised and self._ended():
            self.ends += 1
            self.replace_worker()
        self.worker.raise_if_exited()

    def _ended(self) -> bool:
        return self.worker.child.exit_code() is not None

    def _wait(self, condition: Callable[[], object], why: str) -> None:
        hint = f"The worker's log: {self.worker.child.log}"
        wait_until(condition, PATIENCE_SECONDS, why, abort=self._supervise, progress=self._tasks_done, hint=hint)

    def _tasks_done(self) -> int:
        """No probes: a drain hands one over each time it finds something still held. No failures: nothing is done."""
        return len(self.told(Kind.SUCCEEDED).difference(self._probes))

    def _named(self, process: str) -> Launcher:
        return self.launcher.with_settings(
            PREFLIGHT_HISTORY=str(self.history.path),
            PREFLIGHT_PROCESS=f"{process} {self.name}",
            PREFLIGHT_STACK=self.launcher.interpreter.stack,
        )
