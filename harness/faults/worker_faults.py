"""What is done to a worker's processes. A worker is a main process with a pool of children, all in one session."""

import os
import signal

from harness import sessions
from harness.errors import PreflightError
from harness.processes.process import Process


def kill_all(worker: Process) -> None:
    """WORKER_SIGKILL."""
    worker.child.kill()


def kill_main(worker: Process) -> None:
    """WORKER_MAIN_SIGKILL; returns when it is gone. Its children are left to themselves."""
    worker.child.send(signal.SIGKILL)
    worker.child.popen.wait()


def kill_children(worker: Process) -> None:
    """WORKER_CHILD_SIGKILL. Raises PreflightError when there is no child."""
    _signal_children(worker, signal.SIGKILL)


def crash_children(worker: Process) -> None:
    """WORKER_CHILD_CRASH. Raises as above."""
    _signal_children(worker, signal.SIGSEGV)


def pool(worker: Process) -> set[int]:
    """The pids of its children."""
    return set(sessions.children(worker.child.pid))


def _signal_children(worker: Process, number: signal.Signals) -> None:
    children = pool(worker)
    if not children:
        raise PreflightError(f"{worker.child.name} has no pool of processes: there is nothing to kill")
    for pid in children:
        os.kill(pid, number)
