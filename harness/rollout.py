"""Carries out the plan of an upgrade's moments with real processes, and keeps what happened at each."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from harness import raw_messages
from harness.checkers.delivery import Tally, tally
from harness.errors import BrokenPromise, WaitTimeout
from harness.history.history import History, ids
from harness.history.record import Kind, Record
from harness.history.rows import effects
from harness.logins import Logins
from harness.moments import OLD, Action, Moment, Step
from harness.processes.launcher import Launcher
from harness.processes.process import Process
from harness.waiting import wait_until

LOGINS = 5  # while processes are replaced, and as many again afterwards
WRITTEN_SECONDS = 60.0  # until an accepted event counts as lost; a guard: see QUIET_SECONDS
QUIET_SECONDS = 8.0  # after the queue was seen empty, whatever has no row by then has no message either
TICK_SECONDS = 15.0  # beat sends every two
TICK = "tick"  # the event id of what beat sends
PERSON = "moments"  # name and password of who logs in


@dataclass
class Seen:
    """What happened at one moment.

    `tally` counts its logins, `refused` says why the web refused one, `ran_by` are the (process, stack) that ran those
    of its second half, `ticks` how often what beat sends was written by the beginning and by the end of that half.
    """

    tally: Tally
    refused: list[str]
    ran_by: set[tuple[str, str]]
    ticks: tuple[int, int]


@dataclass
class Rollout:
    """Two stacks' processes on one Redis and one database. Not for deciding what is right: scenarios judge `seen`.

    `launchers` by side; `prepare` is called once the database has its tables and makes the person who logs in and the
    periodic task that beat sends, an audit event with the id TICK.
    """

    launchers: Mapping[str, Launcher]
    history: History
    prepare: Callable[[], None]
    seen: dict[Moment, Seen] = field(default_factory=dict)
    _processes: dict[tuple[str, str], Process] = field(default_factory=dict)
    _url: str = ""
    _moment: "Moment | None" = None
    _ticks: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        self._logins = Logins(self.history, lambda: self._url, PERSON, PERSON)
        self._actions: dict[Action, Callable[[Step], None]] = {
            Action.MIGRATE: self._migrate,
            Action.START: self._start,
            Action.STOP: self._stop,
            Action.BEGIN_TRAFFIC: self._begin_traffic,
            Action.END_TRAFFIC: self._end_traffic,
            Action.CHECK: self._check,
        }

    def carry_out(self, step: Step) -> None:
        """Do one step. Raises what keeps it from being done."""
        if step.moment is not self._moment:
            self._moment = step.moment
            self.history.add(Record(Kind.MOMENT, detail=step.moment.value))
        self._actions[step.action](step)

    def close(self) -> None:
        """Stop everything."""
        self._logins.finish()
        for launcher in self.launchers.values():
            launcher.stop_all()

    def ticks(self) -> int:
        """How often what beat sends was written so far."""
        return len(effects(self._settings["DATABASE_URL"], [TICK]))

    def drain(self, written: Callable[[], bool]) -> None:
        """Return when all is written, or when nothing is on its way any more: what is missing then is lost."""
        with suppress(WaitTimeout):
            done = lambda: written() or self._nothing_on_its_way()  # noqa: E731
            wait_until(done, WRITTEN_SECONDS, "the queue is empty", abort=self._raise_if_one_exited)
            wait_until(written, QUIET_SECONDS, "the last task is done", abort=self._raise_if_one_exited)

    @property
    def _settings(self) -> Mapping[str, str]:
        return self.launchers[OLD].settings

    def _migrate(self, step: Step) -> None:
        self.launchers[step.side].manage("migrate")
        if step.moment is Moment.BEFORE:
            self.prepare()

    def _start(self, step: Step) -> None:
        name = f"{step.side}-{step.what}"
        launcher = self.launchers[step.side].with_settings(
            PREFLIGHT_HISTORY=str(self.history.path),
            PREFLIGHT_PROCESS=name,
            PREFLIGHT_STACK=self.launchers[step.side].interpreter.stack,
        )
        if step.what == "worker":
            process = launcher.worker("-n", f"{step.side}@moments", "--concurrency", "2", name=name)
        elif step.what == "beat":
            process = launcher.beat("--max-interval", "1", name=name)
        else:
            process = web = launcher.web(name=name)
            self._url = web.url
        self._processes[step.what, step.side] = process

    def _stop(self, step: Step) -> None:
        self._processes.pop((step.what, step.side)).stop()

    def _begin_traffic(self, step: Step) -> None:
        self._logins.begin([f"{step.moment.value}-during-{number}" for number in range(LOGINS)])

    def _end_traffic(self, step: Step) -> None:
        self._logins.finish()
        before = self.ticks()
        self._logins.begin([f"{step.moment.value}-then-{number}" for number in range(LOGINS)])
        self._logins.finish()
        with suppress(WaitTimeout):
            wait_until(lambda: self.ticks() > before, TICK_SECONDS, "a tick", abort=self._raise_if_one_exited)
        self.drain(lambda: not self._unwritten(step) and self._nothing_on_its_way())
        self._ticks = (before, self.ticks())

    def _check(self, step: Step) -> None:
        records = self._of(step)
        self.history.add(*(rows := self._rows(records)))
        ran = [one for one in records if one.kind is Kind.SUCCEEDED and "-then-" in one.event]
        refused = [one.detail for one in records if one.kind is Kind.REFUSED]
        if len(refused) == len(ids(records, Kind.ATTEMPTED)):
            raise BrokenPromise(f"every login is refused, the first: {refused[0]}", f"logins are refused: {refused[0]}")
        ran_by = {(one.process, one.stack) for one in ran}
        self.seen[step.moment] = Seen(tally([*records, *rows]), refused, ran_by, self._ticks)

    def _nothing_on_its_way(self) -> bool:
        return raw_messages.nothing_on_its_way(self._settings["CELERY_BROKER_URL"], "celery")

    def _of(self, step: Step) -> list[Record]:
        """The records of a moment's logins."""
        return [one for one in self.history.records() if one.event.startswith(f"{step.moment.value}-")]

    def _rows(self, records: list[Record]) -> list[Record]:
        return effects(self._settings["DATABASE_URL"], ids(records, Kind.ATTEMPTED))

    def _unwritten(self, step: Step) -> set[str]:
        records = self._of(step)
        return ids(records, Kind.ACKED) - ids(self._rows(records), Kind.EFFECT)

    def _raise_if_one_exited(self) -> None:
        for process in self._processes.values():
            process.raise_if_exited()
