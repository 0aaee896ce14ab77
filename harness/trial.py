"""One fault done to workloads: traffic before it, the fault, traffic after it, as many rounds as are asked for."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum

from harness.checkers import exposure
from harness.checkers.exposure import Window
from harness.history.record import Record
from harness.workload import Workload

AFTERWARDS = 2  # events a second behind a fault: at RATE a slow worker has a growing heap to do first
SETTLES_SECONDS = 0.5  # a task that begins is acknowledged, where that is done early, a moment later
Inflict = Callable[[Sequence[Workload]], AbstractContextManager[None]]
"""Does the fault to all workloads at once; the fault is on inside the context."""


@dataclass
class Trial:
    """What a fault did to one workload.

    `resumed`: for each round, seconds until the worker consumed again. See exposure.resumed_after.
    `caught`: events in the middle of their task when a fault began; `held`: those taken and not acknowledged by then.
    `ends`: how often a supervised worker had ended and was started again; `deaf`: how often it ran and did nothing.
    `left`: events that nobody had given back when all else was done; they would have waited for the visibility timeout.
    `trouble`: why the trial did not come to its end. If a fault was over by then, `history` is judged all the same,
    another worker having done what the one in trouble left.
    """

    workload: Workload
    windows: list[Window] = field(default_factory=list)
    resumed: list[float] = field(default_factory=list)
    caught: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    history: list[Record] = field(default_factory=list)
    ends: int = 0
    deaf: int = 0
    trouble: "Exception | None" = None

    def on_the_way(self) -> set[str]:
        """See exposure.on_the_way, for any of the rounds."""
        return {event for window in self.windows for event in exposure.on_the_way(self.history, window)}

    def begun(self) -> set[str]:
        """See exposure.begun, for any of the rounds."""
        return {event for window in self.windows for event in exposure.begun(self.history, window)}

    def publishing(self) -> set[str]:
        """See exposure.publishing, for any of the rounds."""
        return {event for window in self.windows for event in exposure.publishing(self.history, window)}


class Hands(Enum):
    """What a worker holds when a fault begins. With SOME and FULL a table is locked until the fault is over."""

    EMPTY = "nothing is on the way, and it waits for the next message"
    FLOWING = "it does one event after another, and the producer goes on"
    SOME = "a task is in the middle, another prefetched, and it waits for the next message"
    FULL = "a task is in the middle, as many prefetched as it takes, more in the queue, and the producer goes on"
    FREED = "as FULL, and the table is free again while the fault is on: its tasks end, and it wants to say so"


LOCKED = (Hands.SOME, Hands.FULL, Hands.FREED)


@dataclass(frozen=True)
class Rounds:
    """How a fault is done: what the workers hold in each round, for how long it is on, whether they are supervised."""

    hands: tuple[Hands, ...]
    seconds: float
    supervised: bool = False


def run(name: str, workloads: Sequence[Workload], inflict: Inflict, lock: Inflict, rounds: Rounds) -> list[Trial]:
    """A trial of each workload, all at the same time. Never raises for what one of them does: see Trial.trouble."""
    trials = [Trial(workload) for workload in workloads]
    with ThreadPoolExecutor(len(trials)) as pool:
        together = _Together(trials, pool)
        together.each(lambda trial: trial.workload.begin(supervised=rounds.supervised))
        together.each(lambda trial: trial.workload.flow())
        for hands in rounds.hands:
            together.each(lambda trial: trial.workload.drain())
            _round(name, together, inflict, lock if hands in LOCKED else _unlocked, hands, rounds.seconds)
        together.each(_end)
        list(pool.map(_salvage, (trial for trial in trials if trial.trouble and trial.windows)))
    return trials


class _Together:
    """The trials that go on. One that gets into trouble is left out of what follows."""

    def __init__(self, trials: list[Trial], pool: ThreadPoolExecutor) -> None:
        self._trials = trials
        self._pool = pool

    def going(self) -> list[Trial]:
        return [trial for trial in self._trials if trial.trouble is None]

    def each(self, step: Callable[[Trial], None]) -> None:
        list(self._pool.map(lambda trial: _try(step, trial), self.going()))


def _try(step: Callable[[Trial], None], trial: Trial) -> None:
    try:
        step(trial)
    except Exception as error:  # noqa: BLE001 - it belongs to the scenario that asks for this trial
        trial.trouble = error


def _round(name: str, together: _Together, inflict: Inflict, lock: Inflict, hands: Hands, seconds: float) -> None:
    workloads = [trial.workload for trial in together.going()]
    if not workloads:
        return
    with ExitStack() as locked:
        locked.enter_context(lock(workloads))
        together.each(lambda trial: _fill(trial, hands))
        together.each(_look)  # when all are filled: what the first has taken meanwhile counts too
        begin = time.monotonic()
        with inflict(workloads):
            on = time.monotonic()
            if hands is Hands.FREED:
                locked.close()
            time.sleep(seconds)  # the fault itself: that it lasts
        window = Window(begin, time.monotonic(), on)
    together.each(lambda trial: _resume(name, trial, window))


def _fill(trial: Trial, hands: Hands) -> None:
    if hands is Hands.SOME:
        trial.workload.take_two()
        time.sleep(SETTLES_SECONDS)
    elif hands is Hands.FLOWING:
        trial.workload.flow()
    elif hands in {Hands.FULL, Hands.FREED}:
        trial.workload.fill_hands()


def _look(trial: Trial) -> None:
    trial.caught |= trial.workload.in_the_middle()
    trial.held |= trial.workload.held()


def _resume(name: str, trial: Trial, window: Window) -> None:
    trial.windows.append(window)
    trial.workload.note(name, window)
    trial.workload.run(AFTERWARDS)
    trial.resumed.append(trial.workload.resume_seconds(window))
    trial.workload.pause()  # while others resume its queue would only grow


def _end(trial: Trial) -> None:
    trial.workload.drain()
    trial.ends, trial.deaf = trial.workload.ends, trial.workload.deaf
    trial.left = trial.workload.left
    trial.history = trial.workload.judged()


def _salvage(trial: Trial) -> None:
    """Whatever became of the worker, what became of the events is asked: of another worker, that does what is left."""
    trial.workload.supervised = True
    with suppress(Exception):  # the trouble that came first is the one that is told
        trial.workload.replace_worker()
        _end(trial)


@contextmanager
def _unlocked(_workloads: Sequence[Workload]) -> Iterator[None]:
    yield
