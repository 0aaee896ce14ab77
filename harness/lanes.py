"""Which faults are tried one after another on the same workloads, and how each is done to them."""

import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from harness.errors import PreflightError
from harness.faults import network_faults, postgres_faults, redis_faults, worker_faults
from harness.faults.fault import Fault
from harness.faults.proxy import Proxy
from harness.remote_control import shut_down
from harness.trial import Hands, Inflict, Rounds, Trial, run
from harness.waiting import wait_until
from harness.workload import PATIENCE_SECONDS, Workload

SETTINGS: dict[str, dict[str, Any]] = {
    "early": {},
    "late": {"task_acks_late": True},
    "late-reject": {"task_acks_late": True, "task_reject_on_worker_lost": True},
}
LOCKED = "accounts_user"  # the audit task reads it first: whoever is killed then has written nothing
TIME_LIMIT_SECONDS = 12  # no other fault of its lane keeps the table locked for that long
STOPPING_SECONDS = 2.0  # what is in the middle needs so much more: who does not wait for it is found out
DOWN_SECONDS = 3.0  # a worker that has not noticed that Redis was away proves nothing
IN_A_ROW = (Hands.SOME, Hands.EMPTY, Hands.FULL)
SPOKEN_TO = (*IN_A_ROW, Hands.FREED)  # who has nothing to say to Redis does not notice that it is silent, or full


@dataclass(frozen=True)
class Lane:
    """Faults for the same workloads, one for each of the `settings`, on one database of the PostgreSQL of that name.

    `arguments` are their workers'.
    """

    name: str
    settings: tuple[str, ...]
    rounds: Mapping[Fault, Rounds]
    postgres: str = "own"
    through_proxy: bool = False
    arguments: tuple[str, ...] = ()

    def run(self, fault: Fault, workloads: Sequence[Workload]) -> list[Trial]:
        """See trial.run."""
        return run(fault.name, workloads, inflict(fault), locked, self.rounds[fault])


def _redis(seconds: float = DOWN_SECONDS, *, supervised: bool = False) -> Rounds:
    return Rounds(IN_A_ROW, seconds, supervised)


KILLED = Rounds((Hands.FULL,), 0.0, supervised=True)
STOPPED = Rounds((Hands.FULL,), STOPPING_SECONDS, supervised=True)
LOST = Rounds((Hands.FULL,), 0.0)
# Two settings where it cannot matter what happens to a child.
LANES = (
    Lane(
        "down",
        ("early", "late"),
        {Fault.REDIS_RESTART: _redis(), Fault.REDIS_RESTART_EMPTY: _redis(), Fault.REDIS_SIGKILL: _redis()},
    ),
    Lane(
        "odd",
        ("early", "late"),
        {
            Fault.REDIS_CUT: _redis(0.0),
            Fault.REDIS_FREEZE: Rounds(SPOKEN_TO, 2.0),
            Fault.REDIS_REFUSED: _redis(2.0),
            Fault.REDIS_LOCKED_OUT: _redis(2.0),
            Fault.REDIS_FULL: Rounds(SPOKEN_TO, 2.0, supervised=True),
            Fault.REDIS_READ_ONLY: _redis(2.0, supervised=True),
        },
    ),
    Lane(
        "network",
        ("early", "late"),
        {
            Fault.REDIS_SLOW: Rounds((Hands.FLOWING,) * 3, 2.0),
            Fault.PARTITION: Rounds(SPOKEN_TO, DOWN_SECONDS),
            Fault.REDIS_FREEZE_LONG: Rounds((Hands.SOME,), 30.0),
        },
        through_proxy=True,
    ),
    Lane(
        "worker",
        ("early", "late", "late-reject"),
        {
            Fault.WORKER_CHILD_SIGKILL: LOST,
            Fault.WORKER_CHILD_CRASH: LOST,
            Fault.WORKER_TIME_LIMIT: LOST,
            Fault.WORKER_SIGKILL: KILLED,
            Fault.WORKER_MAIN_SIGKILL: KILLED,
        },
        arguments=("--time-limit", str(TIME_LIMIT_SECONDS)),
    ),
    Lane(
        "stop",
        ("early", "late"),
        {
            Fault.WORKER_TERM: STOPPED,
            Fault.WORKER_INT: STOPPED,
            Fault.WORKER_SHUTDOWN: STOPPED,
            Fault.WORKER_QUIT: STOPPED,
        },
    ),
    Lane(
        "database",
        ("early", "late"),
        {
            Fault.POSTGRES_DROP: Rounds((Hands.EMPTY,) * 3, 0.0),
            Fault.POSTGRES_RESTART: Rounds((Hands.EMPTY, Hands.FLOWING), 1.0),
            Fault.POSTGRES_FREEZE: Rounds((Hands.FLOWING,) * 2, 2.0),
            Fault.POSTGRES_CROWDED: Rounds((Hands.EMPTY, Hands.FLOWING), 1.0),
        },
        postgres="harmed",
    ),
)


def inflict(fault: Fault) -> Inflict:
    """What does that fault to workloads."""
    if fault in redis_faults.OF_REDIS:
        return _each(lambda workload: redis_faults.OF_REDIS[fault](workload.redis))
    if fault in network_faults.OF_NETWORK:
        return _each(lambda workload: network_faults.OF_NETWORK[fault](_proxy(workload)))
    if fault in postgres_faults.OF_POSTGRES:
        return lambda workloads: postgres_faults.OF_POSTGRES[fault](workloads[0].postgres, workloads[0].database_url)
    return _each(OF_WORKER[fault])


def locked(workloads: Sequence[Workload]) -> AbstractContextManager[None]:
    """Hold the audit task back in the workloads' database."""
    return postgres_faults.locked(workloads[0].database_url, LOCKED)


def _proxy(workload: Workload) -> Proxy:
    if workload.proxy is None:
        raise PreflightError(f"the worker of {workload.name} reaches Redis without a proxy")
    return workload.proxy


def _each(harm: Callable[[Workload], AbstractContextManager[None]]) -> Inflict:
    @contextmanager
    def harmed(workloads: Sequence[Workload]) -> Iterator[None]:
        with ExitStack() as stack:
            for workload in workloads:
                stack.enter_context(harm(workload))
            yield

    return harmed


@contextmanager
def _done(harm: Callable[[Any], None], workload: Workload) -> Iterator[None]:
    harm(workload.worker)
    yield


@contextmanager
def _limited(workload: Workload) -> Iterator[None]:
    """Every worker of a lane has the limit, and only a locked table makes a task run into it.

    Nothing is produced meanwhile: it would be done first, and how long that takes is not asked here.
    """
    caught, pool = workload.in_the_middle(), worker_faults.pool(workload.worker)
    workload.pause()
    yield
    # The worker says that the task failed a moment before it kills its process, which may yet get the table.
    over = lambda: not caught & workload.in_the_middle() and pool - worker_faults.pool(workload.worker)  # noqa: E731
    wait_until(over, PATIENCE_SECONDS, "the task runs into its time limit")


@contextmanager
def _signalled(number: signal.Signals, workload: Workload) -> Iterator[None]:
    workload.worker.child.send(number)
    yield


@contextmanager
def _shut_down(workload: Workload) -> Iterator[None]:
    shut_down(workload.app, workload.redis.url)
    yield


OF_WORKER: dict[Fault, Callable[[Workload], AbstractContextManager[None]]] = {
    Fault.WORKER_TERM: partial(_signalled, signal.SIGTERM),
    Fault.WORKER_INT: partial(_signalled, signal.SIGINT),
    Fault.WORKER_SHUTDOWN: _shut_down,
    Fault.WORKER_QUIT: partial(_signalled, signal.SIGQUIT),
    Fault.WORKER_SIGKILL: lambda workload: _done(worker_faults.kill_all, workload),
    Fault.WORKER_MAIN_SIGKILL: lambda workload: _done(worker_faults.kill_main, workload),
    Fault.WORKER_CHILD_SIGKILL: lambda workload: _done(worker_faults.kill_children, workload),
    Fault.WORKER_CHILD_CRASH: lambda workload: _done(worker_faults.crash_children, workload),
    Fault.WORKER_TIME_LIMIT: _limited,
}
