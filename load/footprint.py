"""What a process and all its children cost, read from /proc (proc(5)): CPU time and memory."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from harness import sessions
from harness.processes.process import Process

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
SPENT = slice(11, 15)  # utime, stime and those of reaped children, counted from the field `state`
RESIDENT = 21  # rss in pages, as above


def cpu_seconds(process: Process) -> float:
    """CPU seconds that it and its children have used so far, those included that are gone and reaped."""
    return sum(int(ticks) for fields in _stats(process) for ticks in fields[SPENT]) / TICKS


def rss_bytes(process: Process) -> int:
    """Resident memory of it and its children; pages that they share count for each of them."""
    return sum(int(fields[RESIDENT]) for fields in _stats(process)) * PAGE


@contextmanager
def held(process: Process) -> Iterator[None]:
    """Inside, none of its processes gets any time; afterwards they go on as if nothing had been."""
    pids = sessions.members(process.child.pid)
    try:
        _send(pids, signal.SIGSTOP)
        yield
    finally:
        _send(pids, signal.SIGCONT)


def _stats(process: Process) -> list[list[str]]:
    return [fields for pid in sessions.members(process.child.pid) if (fields := sessions.stat_fields(pid))]


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
