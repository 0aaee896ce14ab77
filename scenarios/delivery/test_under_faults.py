"""Every fault, with every way to acknowledge: the worker goes on, and what is lost or done twice is what was promised.

* A fault of Redis that keeps its data loses nothing, the first, the second and the third time. What the worker had
  taken and not acknowledged may be done twice, and nothing else (early: not what it had begun). When the connection
  was only cut, or Redis only silent, the worker gives back by itself what it had taken: nothing has to wait for the
  visibility timeout.
* A Redis that comes back empty has lost what was in it, and nothing that was handed over afterwards.
* A Redis without memory, or one that has become a replica, may end the worker that speaks to it (without memory it may
  hang at its end, celery #5716); whoever looks after it starts another, which goes on. early: what it had begun may
  be gone.
* A worker that is asked to end ends, by itself. It finishes what it has begun and gives the rest back: exactly once.
* A worker that is told to drop everything does so, and gives back what it had not begun; up to Celery 5.4 it hangs at
  its end every now and then (its child goes on), and is killed then.
* early: at most once. What a killed process had begun is gone; nothing else is.
* late: at least once for whatever ends the whole worker. When a process of its pool is lost, or a task takes too long,
  Celery acknowledges all the same (documented), and that event is gone.
* late-reject: also when a process of the pool is lost.
* PostgreSQL: an event that begins when it is back is written, though the worker's kept connection is dead. One that
  asks while it is away fails, and the plan's task does not try again.

One loss is left out: a message that Redis hands over at the very instant at which the connection breaks, or the worker
is killed, has left the queue and reached nobody. Redis as a broker cannot help it, with any setting; so the faults come
while nothing is being handed over.
"""

import pytest

from harness.checkers.delivery import duplicated, late, lost, tally, unexpected
from harness.checkers.exposure import liveness
from harness.errors import PreflightError
from harness.expected_failures import is_installed
from harness.faults.fault import Fault
from harness.history.history import ids
from harness.history.record import Kind
from harness.lanes import LANES

RESUME_SECONDS = 30  # Celery waits 2 s more before each attempt to reconnect; the rest is for a loaded machine
SUPERVISED_SECONDS = 60  # the liveness probe's patience, and a start
QUIET = {
    Fault.REDIS_FREEZE,
    Fault.REDIS_FREEZE_LONG,
    Fault.REDIS_SLOW,
    Fault.PARTITION,
}  # nobody is told that a connection is lost
FORGETS = {Fault.REDIS_RESTART_EMPTY}
FAILS = {Fault.POSTGRES_RESTART, Fault.POSTGRES_CROWDED}  # a task that asks meanwhile: the plan's does not try again
LOSES_A_CHILD = {Fault.WORKER_CHILD_SIGKILL, Fault.WORKER_CHILD_CRASH}
ENDING = {Fault.REDIS_FULL: 1, Fault.REDIS_READ_ONLY: 2}  # the worker ends itself, in the rounds in which it notices
ORPHANS = {Fault.WORKER_MAIN_SIGKILL}
DROPS = {Fault.WORKER_QUIT}
KILLS = {Fault.WORKER_SIGKILL, Fault.WORKER_MAIN_SIGKILL}
ENDED = KILLS | DROPS | {Fault.WORKER_TERM, Fault.WORKER_INT, Fault.WORKER_SHUTDOWN}
GIVEN_BACK = (
    QUIET
    | (ENDED - KILLS)
    | LOSES_A_CHILD
    | {Fault.WORKER_TIME_LIMIT, Fault.REDIS_CUT, Fault.REDIS_RESTART_EMPTY, Fault.REDIS_READ_ONLY}
)
SERVED = {Fault.REDIS_SLOW}  # a Redis that answers, however slowly
MAY_HANG = {Fault.REDIS_FULL} | (DROPS if is_installed("celery<5.5") else set())  # at its end: it is killed then
DEAF = pytest.mark.red_on(
    "kombu<5.4",
    "celery #8030, #8091, #8384, #8990: it reconnects and never consumes again",
    cause="not within",
)
ENDS = pytest.mark.red_on(
    "kombu>=5.7",
    "found here: closing the lost connection, with messages in hand, connects anew to give them back; "
    "'NoneType' object has no attribute 'hostname' ends the worker. No upstream issue was found",
    strict=False,  # it depends on what the connection was doing when it was lost
    cause="'NoneType' object has no attribute",
)
KEPT_DEAD = pytest.mark.red_on(
    "celery<5.6",
    "celery PR #9824: a kept connection that is dead is used for the next task",
    cause="lost without a reason",
)
STUCK = {
    Fault.REDIS_RESTART: [DEAF, ENDS],
    Fault.REDIS_RESTART_EMPTY: [DEAF, ENDS],
    Fault.REDIS_SIGKILL: [DEAF, ENDS],
    Fault.REDIS_CUT: [ENDS],
    Fault.REDIS_REFUSED: [DEAF, ENDS],
    Fault.REDIS_LOCKED_OUT: [DEAF, ENDS],
    Fault.PARTITION: [ENDS],
}
LOSES = {
    Fault.POSTGRES_RESTART: [KEPT_DEAD],
    Fault.POSTGRES_DROP: [KEPT_DEAD],
    Fault.POSTGRES_CROWDED: [KEPT_DEAD],
}


def cross(red):
    """Every fault with every setting of its lane, with the marks that say where it is known to be red."""
    return [
        pytest.param(fault, setting, id=f"{fault.name}-{setting}", marks=red.get(fault, []))
        for lane in LANES
        for fault in lane.rounds
        for setting in lane.settings
    ]


pytestmark = pytest.mark.timeout(390)  # a lane's first trial waits for its processes; the gate waits hardly longer


@pytest.mark.parametrize(("fault", "setting"), cross(STUCK))
def test_the_worker_goes_on(trials, observe, fault, setting):
    trial = trials.of(fault.name, setting)
    if trial.history:
        observe("figures", {"fault": fault.name, "setting": setting, **figures_of_the_worker(trial)})
    if trial.trouble:
        raise trial.trouble
    assert all(lives.before and lives.after for lives in traffic(trial)), "nothing is proven without traffic"
    assert fault not in SERVED or all(lives.during for lives in traffic(trial)), "nothing is done meanwhile"
    again = trial.ends + trial.deaf
    assert max(trial.resumed) < (SUPERVISED_SECONDS if again else RESUME_SECONDS)
    assert trial.deaf == 0 or fault in MAY_HANG, "it runs, and does nothing"
    if fault in ENDED:
        assert again == 1
    else:
        assert again <= ENDING.get(fault, 0), "it ends without a reason"
    if fault in GIVEN_BACK and not trial.deaf:
        assert trial.left == set(), "not given back"


@pytest.mark.parametrize(("fault", "setting"), cross(LOSES))
def test_what_becomes_of_events_is_what_the_setting_promises(trials, observe, fault, setting):
    """Whatever became of the worker: another one does what it has left."""
    trial = trials.of(fault.name, setting)
    if not trial.history:
        raise trial.trouble
    observe("figures", {"fault": fault.name, "setting": setting, **figures_of_the_events(trial)})
    gone, twice = set(lost(trial.history)), set(duplicated(trial.history))
    assert unexpected(trial.history) == []
    assert gone <= may_be_lost(fault, setting, trial), "lost without a reason"
    assert twice <= may_be_doubled(fault, setting, trial), "written twice without a reason"
    if loses_what_it_caught(fault, setting):
        assert gone == trial.caught
    if fault in FAILS and not failed(trial):
        raise PreflightError("nothing is proven: no event asked while PostgreSQL was away")


def figures_of_the_worker(trial):
    return {
        "done meanwhile": sum(lives.during for lives in traffic(trial)),
        "left unacked": len(trial.left),
        "seconds to resume": "never" if trial.trouble else round(max(trial.resumed)),
        "worker started again": trial.ends + trial.deaf,
    }


def figures_of_the_events(trial):
    counts = tally(trial.history)
    names = ("attempted", "acked", "effect", "lost", "duplicated", "recovered")
    return {
        **{name: getattr(counts, name) for name in names},
        "late": len(late(trial.history, SUPERVISED_SECONDS)),
    }


def traffic(trial):
    return [liveness(trial.history, window) for window in trial.windows]


def may_be_lost(fault, setting, trial):
    if fault in FORGETS:
        return trial.on_the_way()
    if fault in FAILS:
        return failed(trial)
    # What it had begun may be quicker than its end.
    may_be = setting == "early" and fault in ORPHANS | DROPS | ENDING.keys()
    return trial.caught if may_be or loses_what_it_caught(fault, setting) else set()


def failed(trial):
    """Events that asked for PostgreSQL while it was away."""
    return trial.begun() & ids(trial.history, Kind.FAILED)


def may_be_doubled(fault, setting, trial):
    if fault in QUIET or fault.name.startswith("POSTGRES"):
        return set()
    if fault.name.startswith("REDIS"):
        held = trial.held - trial.caught if setting == "early" else trial.held
        return held | trial.publishing()
    return trial.caught if fault in KILLS | DROPS and setting != "early" else set()


def loses_what_it_caught(fault, setting):
    if fault is Fault.WORKER_SIGKILL:
        return setting == "early"
    if fault in LOSES_A_CHILD:
        return setting != "late-reject"
    return fault is Fault.WORKER_TIME_LIMIT
