"""The moments of an upgrade, and the steps that lead through them. Pure: the plan is data, others carry it out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

OLD, NEW = "old", "new"


class Moment(Enum):
    """A point of an upgrade, at which some processes run today's stack and some the other."""

    BEFORE = "before"
    WEB_FIRST = "web_first"
    WORKER_FIRST = "worker_first"
    BOTH_WORKERS = "both_workers"
    AFTER = "after"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True)
class Deployment:
    """Which side (old or new) runs what. Web and beat are one process each; workers share one queue."""

    web: str
    beat: str
    workers: tuple[str, ...]


DEPLOYMENTS = {
    Moment.BEFORE: Deployment(OLD, OLD, (OLD,)),
    Moment.WEB_FIRST: Deployment(NEW, NEW, (OLD,)),
    Moment.WORKER_FIRST: Deployment(OLD, OLD, (NEW,)),
    Moment.BOTH_WORKERS: Deployment(OLD, OLD, (OLD, NEW)),
    Moment.AFTER: Deployment(NEW, NEW, (NEW,)),
    Moment.ROLLED_BACK: Deployment(OLD, OLD, (OLD,)),
}


class Action(Enum):
    """What a step does. The value says it to people, SIDE, WHAT and MOMENT filled in."""

    MIGRATE = "migrate the database with {side}"
    BEGIN_TRAFFIC = "{moment}: logins begin"
    START = "start {side} {what}"
    STOP = "stop {side} {what}"
    END_TRAFFIC = "{moment}: as many logins again, then wait until all is written"
    CHECK = "{moment}: check"


@dataclass(frozen=True)
class Step:
    """One thing to do. `side` and `what` (web, beat, worker) as far as the action has them."""

    action: Action
    moment: Moment
    side: str = ""
    what: str = ""

    def __str__(self) -> str:
        return self.action.value.format(side=self.side, what=self.what, moment=self.moment.value)


def plan() -> list[Step]:
    """The steps through all moments, in order.

    Traffic begins before anything changes. The database is migrated first, while only old code runs. What takes over
    is up before what it replaces is stopped, except beat: two at once would send everything twice.
    """
    steps: list[Step] = []
    now = Deployment("", "", ())
    for moment, wanted in DEPLOYMENTS.items():
        steps += _steps(moment, now, wanted)
        now = wanted
    return steps


def describe(steps: Sequence[Step]) -> str:
    """The plan as numbered lines."""
    return "".join(f"{number:3}. {step}\n" for number, step in enumerate(steps, 1))


def _steps(moment: Moment, now: Deployment, wanted: Deployment) -> Iterator[Step]:
    first = not now.web
    if not first:
        yield Step(Action.BEGIN_TRAFFIC, moment)
    if first or moment is Moment.WEB_FIRST:
        yield Step(Action.MIGRATE, moment, wanted.web)
    yield from _changed(moment, "worker", now.workers, wanted.workers)
    if now.beat != wanted.beat:
        yield from (Step(Action.STOP, moment, side, "beat") for side in filter(None, [now.beat]))
        yield Step(Action.START, moment, wanted.beat, "beat")
    yield from _changed(moment, "web", tuple(filter(None, [now.web])), (wanted.web,))
    if first:
        yield Step(Action.BEGIN_TRAFFIC, moment)
    yield Step(Action.END_TRAFFIC, moment)
    yield Step(Action.CHECK, moment)


def _changed(moment: Moment, what: str, now: Sequence[str], wanted: Sequence[str]) -> Iterator[Step]:
    """What comes is started, then what goes is stopped."""
    yield from (Step(Action.START, moment, side, what) for side in wanted if side not in now)
    yield from (Step(Action.STOP, moment, side, what) for side in now if side not in wanted)
