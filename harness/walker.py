"""Carries out a random walk through an upgrade with real processes."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field

from harness import raw_messages, sessions
from harness.checkers.delivery import Tally, tally
from harness.checkers.hands import TICK, at_rest, at_work, takers
from harness.errors import WaitTimeout
from harness.faults import postgres_faults, redis_faults, worker_faults
from harness.faults.fault import Fault
from harness.fleet import PERSON
from harness.history.history import ids
from harness.history.record import Kind, Record
from harness.history.rows import effects
from harness.logins import Logins
from harness.services.base import PostgresService, RedisService
from harness.supervisor import TICK_SECONDS, Supervisor
from harness.walk import OPENING, WORKERS, Action, Step

MEANWHILE = 3  # logins while a process is replaced, or a service harmed
LOCKED = "accounts_authauditlog"  # whoever writes into it is in the middle of something
LASTS_SECONDS = {Fault.REDIS_FREEZE: 2.0}  # the others are over at once
WHILE_TRAFFIC_FLOWS = (Fault.REDIS_FREEZE, Fault.POSTGRES_DROP)
DEAF_SECONDS = 6.0  # a worker that takes nothing for so long is started again, as by a liveness probe
TAKEN_SECONDS = 5.0  # until the last login has left the queue
BUSY_SECONDS = 60.0  # until a worker does something; a guard: on a busy machine a login takes seconds


@dataclass
class Walker:
    """One walk, `done` so many steps of it. Not for deciding what is right: a scenario judges `tally` and `refused`.

    Each fault is followed by a proof of life: every worker takes logins and what beat sends is written. A worker that
    has ended, or takes nothing for DEAF_SECONDS, is started again by the supervisor; what is wrong with it is told by
    scenarios/delivery.

    Redis and workers are harmed while workers are in the middle of events and nothing is being handed over: a message
    that Redis hands out at the very instant at which the connection breaks is lost with any setting (see
    scenarios/delivery/test_under_faults.py). Nor is anything handed over to a worker that has been asked to end: it may
    hang then, and whoever kills it loses what it was given (see scenarios/delivery/test_stops_under_load.py).

    `prepare` is called once there are tables, and makes the person who logs in and the periodic task, an audit event
    with the id TICK. `due_every` changes the latter's period in seconds, 0 switches it off.
    """

    supervisor: Supervisor
    redis: RedisService
    postgres: PostgresService
    prepare: Callable[[], None]
    due_every: Callable[[int], None]
    done: int = 0
    _sends: bool = True
    _number: int = 0
    _excused: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.fleet = self.supervisor.fleet
        self._wait = self.supervisor.wait
        self._logins = Logins(self.fleet.history, lambda: self.fleet.url, PERSON, PERSON)
        self._actions: dict[Action, Callable[[Step], None]] = {
            Action.MIGRATE: self._migrate,
            Action.START: lambda step: self.supervisor.start(step.process, step.side),
            Action.STOP: self._stop,
            Action.UPGRADE: self._replace,
            Action.ROLL_BACK: self._replace,
            Action.RESTART: self._replace,
            Action.LOG_IN: lambda step: self._log_in(step.number),
            Action.HARM_SERVICE: self._harm_service,
            Action.HARM_WORKER: self._harm_worker,
            Action.SCHEDULE: self._schedule,
            Action.SWITCH_OFF: self._schedule,
            Action.CHECK: self._settle,
        }

    def carry_out(self, step: Step) -> None:
        """Do one step. Raises what keeps it from being done."""
        self.fleet.history.add(Record(Kind.MOMENT, detail=f"{self.done + 1}. {step}"))
        self._actions[step.action](step)
        self.done += 1

    def close(self) -> None:
        """End everything; all is judged by now, so nobody waits for what hangs."""
        self._logins.finish()
        for process in self.fleet.processes.values():
            process.child.kill()
        self.fleet.close()

    def tally(self) -> Tally:
        """What became of all logins so far; asks for a CHECK before it."""
        records = self._records()
        return tally([*records, *self._rows(records)])

    def refused(self) -> dict[str, str]:
        """Login -> why the web refused it. One that PostgreSQL dropped may be: who logs in is told."""
        refused = [one for one in self._records() if one.kind is Kind.REFUSED]
        return {one.event: one.detail for one in refused if one.event not in self._excused}

    # Steps ------------------------------------------------------------------------------------------------------------

    def _migrate(self, step: Step) -> None:
        self.fleet.launchers[step.side].manage("migrate")
        if step == OPENING[0]:
            self.prepare()

    def _stop(self, step: Step) -> None:
        if step.process in WORKERS:
            with suppress(WaitTimeout):  # where no worker takes any, there is none that could be harmed by it
                self._wait(lambda: not self._queued(), TAKEN_SECONDS, "all logins are taken")
        former = self.fleet.processes.pop(step.process)
        if step.process in WORKERS:
            self.supervisor.end(former)
        with self._traffic():
            if step.process not in WORKERS:
                self.supervisor.end(former)

    def _replace(self, step: Step) -> None:
        """The web's successor is up before it goes; two beats would send twice, and workers' names are their own."""
        if step.process != "web":
            self._stop(step)
        former = self.fleet.processes.pop(step.process, None)
        with self._traffic():
            self.supervisor.start(step.process, step.side)
            if former:
                self.supervisor.end(former)

    def _harm_service(self, step: Step) -> None:
        fault = Fault(step.fault)
        first = self._number
        with self._traffic() if fault in WHILE_TRAFFIC_FLOWS else self._hands_full(), self._harm(fault):
            time.sleep(LASTS_SECONDS.get(fault, 0.0))  # the fault itself: that it lasts
        if fault is Fault.POSTGRES_DROP:
            self._excused |= {self._event(number) for number in range(first, self._number)}
        self._prove_liveness()

    def _harm_worker(self, step: Step) -> None:
        with self._hands_full(step.process):
            worker = self.fleet.processes.pop(step.process)  # its end is no surprise
            if step.fault is Fault.WORKER_SIGKILL:
                worker_faults.kill_all(worker)
                postgres_faults.end_those_of(self.fleet.settings["DATABASE_URL"], step.process)
            else:
                worker.child.send(signal.SIGTERM)
        self.supervisor.wait_ended(worker)
        self.supervisor.succeed(step.process)
        self._prove_liveness()

    def _schedule(self, step: Step) -> None:
        self.due_every(step.number)
        self._sends = bool(step.number)
        if self._sends:
            self._prove_beat_sends(self.fleet.ticks())
        else:
            self.supervisor.wait_silent()

    def _settle(self, _step: Step) -> None:
        self._prove_liveness()
        self.supervisor.drain(lambda: not self._missing())

    # What they are made of --------------------------------------------------------------------------------------------

    def _log_in(self, times: int) -> None:
        self._begin_logins(times)
        self._logins.finish()

    def _begin_logins(self, times: int) -> None:
        self._number += times
        self._logins.begin([self._event(number) for number in range(self._number - times, self._number)])

    def _event(self, number: int) -> str:
        return f"walk-{self.done + 1}-{number}"

    @contextmanager
    def _traffic(self) -> Iterator[None]:
        """Somebody logs in meanwhile."""
        self._begin_logins(MEANWHILE)
        yield
        self._logins.finish()

    @contextmanager
    def _hands_full(self, worker: str = "") -> Iterator[None]:
        """That worker, or any that is up, is in the middle of an event, and none is being handed over."""
        place, history = self.fleet.history.count(), self.fleet.history
        with postgres_faults.locked(self.fleet.settings["DATABASE_URL"], LOCKED):
            self._log_in(MEANWHILE)
            if self.supervisor.workers:
                busy = lambda: any(map(sessions.is_running, at_work(history.records(), worker)))  # noqa: E731
                self._log_in_until(busy, BUSY_SECONDS, "a worker is busy")
                handed_out = lambda: at_rest(history.since(place), self._waiting())  # noqa: E731
                self._log_in_until(handed_out, BUSY_SECONDS, "nothing is being handed over")
            yield

    def _log_in_until(self, condition: Callable[[], object], seconds: float, why: str) -> None:
        def true_now_or_after_another() -> bool:
            if not condition():
                self._log_in(1)
            return bool(condition())

        self._wait(true_now_or_after_another, seconds, why)

    def _harm(self, fault: Fault) -> AbstractContextManager[None]:
        if fault in redis_faults.OF_REDIS:
            return redis_faults.OF_REDIS[fault](self.redis)
        return postgres_faults.OF_POSTGRES[fault](self.postgres, self.fleet.settings["DATABASE_URL"])

    # Liveness ---------------------------------------------------------------------------------------------------------

    def _prove_liveness(self) -> None:
        """Return when each worker that is up takes logins, and what beat sends from now on is written."""
        ticks, place = self.fleet.ticks(), self.fleet.history.count()
        taken = lambda: self._taken_by_all(place)  # noqa: E731
        try:
            self._log_in_until(taken, DEAF_SECONDS, "each worker takes logins")
        except WaitTimeout:
            for name in set(self.supervisor.workers) - takers(self.fleet.history.since(place)):
                self.supervisor.revive(name)
            self._log_in_until(taken, BUSY_SECONDS, "each worker, started again, takes logins")
        self._prove_beat_sends(ticks)

    def _taken_by_all(self, place: int) -> bool:
        """Whether each worker takes logins; where there is none, whether they lie in the queue."""
        workers = set(self.supervisor.workers)
        return workers <= takers(self.fleet.history.since(place)) if workers else bool(self._queued())

    def _waiting(self) -> list[str]:
        """The events in the queue."""
        return [one.json()[1]["details"]["event_id"] for one in raw_messages.waiting(self.redis.url, "celery")]

    def _queued(self) -> list[str]:
        """The logins in the queue."""
        return [event for event in self._waiting() if event != TICK]

    def _prove_beat_sends(self, before: int) -> None:
        if self._sends and self.supervisor.workers:
            self._wait(lambda: self.fleet.ticks() > before, TICK_SECONDS, "what beat sends is written")

    # What became of the logins ----------------------------------------------------------------------------------------

    def _records(self) -> list[Record]:
        return [one for one in self.fleet.history.records() if one.event.startswith("walk-")]

    def _rows(self, records: list[Record]) -> list[Record]:
        return effects(self.fleet.settings["DATABASE_URL"], ids(records, Kind.ATTEMPTED))

    def _missing(self) -> set[str]:
        records = self._records()
        return ids(records, Kind.ACKED) - ids(self._rows(records), Kind.EFFECT)
