"""Carries out the plan of an upgrade's moments with real processes, and keeps what happened at each."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from harness.checkers.delivery import Tally, tally
from harness.errors import BrokenPromise, WaitTimeout
from harness.fleet import PERSON, Fleet
from harness.history.history import History, ids
from harness.history.record import Kind, Record
from harness.history.rows import effects
from harness.logins import Logins
from harness.moments import Action, Moment, Step
from harness.processes.launcher import Launcher
from harness.waiting import wait_until

LOGINS = 5  # while processes are replaced, and as many again afterwards
TICK_SECONDS = 15.0  # beat sends every two


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
    _moment: "Moment | None" = None
    _ticks: tuple[int, int] = (0, 0)

    def __post_init__(self) -> None:
        self.fleet = Fleet(self.launchers, self.history)
        self._logins = Logins(self.history, lambda: self.fleet.url, PERSON, PERSON)
        self._actions: dict[Action, Callable[[Step], None]] = {
            Action.MIGRATE: self._migrate,
            Action.START: lambda step: self.fleet.start(step.side, step.what, _name(step)),
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
        self.fleet.close()

    def _migrate(self, step: Step) -> None:
        self.launchers[step.side].manage("migrate")
        if step.moment is Moment.BEFORE:
            self.prepare()

    def _stop(self, step: Step) -> None:
        if step.what == "beat":  # it counts before it sends: ended in between it would have counted one too many
            self._wait_for_tick()
        self.fleet.stop(_name(step))

    def _wait_for_tick(self) -> None:
        before = self.fleet.ticks()
        with suppress(WaitTimeout):
            wait_until(
                lambda: self.fleet.ticks() > before, TICK_SECONDS, "a tick", abort=self.fleet.raise_if_one_exited
            )

    def _begin_traffic(self, step: Step) -> None:
        self._logins.begin([f"{step.moment.value}-during-{number}" for number in range(LOGINS)])

    def _end_traffic(self, step: Step) -> None:
        self._logins.finish()
        before = self.fleet.ticks()
        self._logins.begin([f"{step.moment.value}-then-{number}" for number in range(LOGINS)])
        self._logins.finish()
        self._wait_for_tick()
        self.fleet.drain(lambda: not self._unwritten(step) and self.fleet.nothing_on_its_way())
        self._ticks = (before, self.fleet.ticks())

    def _check(self, step: Step) -> None:
        records = self._of(step)
        self.history.add(*(rows := self._rows(records)))
        ran = [one for one in records if one.kind is Kind.SUCCEEDED and "-then-" in one.event]
        refused = [one.detail for one in records if one.kind is Kind.REFUSED]
        if len(refused) == len(ids(records, Kind.ATTEMPTED)):
            raise BrokenPromise(f"every login is refused, the first: {refused[0]}", f"logins are refused: {refused[0]}")
        ran_by = {(one.process, one.stack) for one in ran}
        self.seen[step.moment] = Seen(tally([*records, *rows]), refused, ran_by, self._ticks)

    def _of(self, step: Step) -> list[Record]:
        """The records of a moment's logins."""
        return [one for one in self.history.records() if one.event.startswith(f"{step.moment.value}-")]

    def _rows(self, records: list[Record]) -> list[Record]:
        return effects(self.fleet.settings["DATABASE_URL"], ids(records, Kind.ATTEMPTED))

    def _unwritten(self, step: Step) -> set[str]:
        records = self._of(step)
        return ids(records, Kind.ACKED) - ids(self._rows(records), Kind.EFFECT)


def _name(step: Step) -> str:
    return f"{step.side}-{step.what}"
