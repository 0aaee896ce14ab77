"""A random walk through an upgrade: what is replaced, restarted, harmed and changed, in which order. Pure.

A seed makes the plan, the same one on every machine and every Python: `random()` is the one method of Python's
generator that is documented to be the same everywhere, so nothing else of it is used.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import reduce
from types import MappingProxyType
from typing import TypeVar

from harness.faults.fault import Fault
from harness.moments import NEW, OLD

WORKERS = ("worker-1", "worker-2")
PROCESSES = ("web", "beat", *WORKERS)
LOGINS = (2, 4, 6)
PERIODS = (2, 3)  # seconds between beat's sendings
OF_WORKER = (Fault.WORKER_TERM, Fault.WORKER_SIGKILL)
OF_SERVICE = (Fault.REDIS_RESTART, Fault.REDIS_CUT, Fault.REDIS_FREEZE, Fault.POSTGRES_DROP)
CHECK_EVERY = 10  # steps
T = TypeVar("T")


class Action(Enum):
    """What a step does. The value says it to people."""

    MIGRATE = "migrate the database with {side}"
    START = "start {side} {process}"
    STOP = "stop {side} {process}"
    UPGRADE = "upgrade {process}: {side} takes over"
    ROLL_BACK = "roll {process} back: {side} takes over"
    RESTART = "restart {side} {process}"
    LOG_IN = "log in {number} times"
    HARM_SERVICE = "{fault}"
    HARM_WORKER = "{process}: {fault}"
    SCHEDULE = "in the admin: the periodic task is due every {number} s"
    SWITCH_OFF = "in the admin: the periodic task is switched off"
    CHECK = "wait until all is written, and check"


DRAWN = {
    Action.LOG_IN: 5,
    Action.UPGRADE: 6,
    Action.ROLL_BACK: 3,
    Action.RESTART: 2,
    Action.STOP: 1,
    Action.START: 2,
    Action.HARM_SERVICE: 5,
    Action.HARM_WORKER: 3,
    Action.SCHEDULE: 2,
    Action.SWITCH_OFF: 1,
}
"""What is drawn, and how often in comparison with the others that are possible at that point."""


@dataclass(frozen=True)
class Step:
    """One thing to do; `process`, `side`, `number` and `fault` as far as the action has them."""

    action: Action
    process: str = ""
    side: str = ""
    number: int = 0
    fault: "Fault | None" = None

    def __str__(self) -> str:
        fault = self.fault.value if self.fault else ""
        return self.action.value.format(process=self.process, side=self.side, number=self.number, fault=fault)


@dataclass(frozen=True)
class State:
    """`sides`: process -> the side it runs on, or ran on when it is `down`. `period`: seconds, 0 when switched off."""

    sides: Mapping[str, str] = field(default_factory=lambda: MappingProxyType(dict.fromkeys(PROCESSES, OLD)))
    down: frozenset[str] = frozenset()
    period: int = PERIODS[0]

    @property
    def workers(self) -> tuple[str, ...]:
        """Those that are up."""
        return tuple(one for one in WORKERS if one not in self.down)

    def possible(self) -> list[Step]:
        """Every step that makes sense here."""
        up = [one for one in PROCESSES if one not in self.down]
        steps = [Step(Action.LOG_IN, number=number) for number in LOGINS]
        steps += [Step(Action.UPGRADE, one, NEW) for one in up if self.sides[one] == OLD]
        steps += [Step(Action.ROLL_BACK, one, OLD) for one in up if self.sides[one] == NEW]
        steps += [Step(Action.RESTART, one, self.sides[one]) for one in up]
        steps += [Step(Action.STOP, one, self.sides[one]) for one in self.workers]
        steps += [Step(Action.START, one, self.sides[one]) for one in sorted(self.down)]
        steps += [Step(Action.HARM_SERVICE, fault=fault) for fault in OF_SERVICE]
        steps += [Step(Action.HARM_WORKER, one, fault=fault) for one in self.workers for fault in OF_WORKER]
        steps += [Step(Action.SCHEDULE, number=number) for number in PERIODS if number != self.period]
        # That nothing is sent any more is seen by what is not written any more: somebody must be there to write.
        return [*steps, Step(Action.SWITCH_OFF)] if self.period and self.workers else steps

    def after(self, step: Step) -> "State":
        """The state that a step leads to."""
        if step.action in {Action.UPGRADE, Action.ROLL_BACK}:
            return replace(self, sides=MappingProxyType({**self.sides, step.process: step.side}))
        if step.action is Action.STOP:
            return replace(self, down=self.down | {step.process})
        if step.action is Action.START:
            return replace(self, down=self.down - {step.process})
        if step.action in {Action.SCHEDULE, Action.SWITCH_OFF}:
            return replace(self, period=step.number)
        return self


OPENING = (
    Step(Action.MIGRATE, side=OLD),
    *(Step(Action.START, one, OLD) for one in PROCESSES),
    Step(Action.LOG_IN, number=LOGINS[0]),
    Step(Action.MIGRATE, side=NEW),
)


def plan(seed: int, steps: int) -> list[Step]:
    """The walk with that seed: an opening, so many drawn steps with a check behind every tenth, and an end.

    The database is migrated by the new side before anything of it runs. At each check a worker is up, and in the end
    everything is.
    """
    draw = random.Random(seed).random  # noqa: S311 - nothing is kept secret by it
    walk, state = list(OPENING), State()
    for number in range(1, steps + 1):
        due = [_drawn(state, draw)]
        state = state.after(due[0])
        if number % CHECK_EVERY == 0 and number < steps:
            due += _check(state)
            state = reduce(State.after, due[1:], state)
        walk += due
    return [*walk, *_end(state)]


def describe(steps: Sequence[Step], failed: "int | None" = None) -> str:
    """The walk as numbered lines; an arrow marks the step (counted from 0) that failed."""
    marks = ["→" if number == failed else " " for number in range(len(steps))]
    return "".join(f"{marks[number]} {number + 1:3}. {step}\n" for number, step in enumerate(steps))


def _check(state: State) -> list[Step]:
    """A check, behind the start of a worker where there is none to do what is waited for."""
    first = [Step(Action.START, one, state.sides[one]) for one in WORKERS[:1] if not state.workers]
    return [*first, Step(Action.CHECK)]


def _end(state: State) -> list[Step]:
    """A check, behind the start of whatever is down or switched off."""
    starts = [Step(Action.START, one, state.sides[one]) for one in sorted(state.down)]
    on = [] if state.period else [Step(Action.SCHEDULE, number=PERIODS[0])]
    return [*starts, *on, Step(Action.CHECK)]


def _drawn(state: State, draw: Callable[[], float]) -> Step:
    """One possible step: first what is done, by its weight, then to whom and how."""
    possible = state.possible()
    actions = [action for action, weight in DRAWN.items() for _ in range(weight) if _any_of(possible, action)]
    action = _one_of(actions, draw)
    return _one_of([step for step in possible if step.action is action], draw)


def _any_of(possible: Sequence[Step], action: Action) -> bool:
    return any(step.action is action for step in possible)


def _one_of(things: Sequence[T], draw: Callable[[], float]) -> T:
    return things[int(draw() * len(things))]
