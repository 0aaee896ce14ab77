"""Process sessions on Linux: who belongs to one, and ending all of it.

Everything that the harness starts leads a session of its own, so that its children can be found even when it is gone.
Standard library only: the reaper runs this file before anything is installed around it.
"""

import os
import signal
import time
from contextlib import suppress


def stat_fields(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat behind the command name (state first), or None when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat", "rb", buffering=0) as file:  # noqa: PTH123 - of hundreds of processes at a time
            return file.read().rpartition(b")")[2].decode().split()
    except OSError:
        return None


def start_ticks(pid: int) -> str | None:
    """When the process started, in clock ticks since boot: tells a process from a later one with its pid."""
    fields = stat_fields(pid)
    return fields[19] if fields else None


def is_running(pid: int) -> bool:
    """True while the process exists and is not merely waiting to be reaped by its parent."""
    fields = stat_fields(pid)
    return fields is not None and fields[0] not in "ZX"


def members(session: int) -> list[int]:
    """The pids of the processes of a session that still run (zombies left out)."""
    return [pid for pid in _pids() if _session_of(pid) == session and is_running(pid)]


def occupied() -> set[int]:
    """All sessions with members; one look around for those who have many to ask for."""
    return {session for pid in _pids() if (session := _session_of(pid)) and is_running(pid)}


def children(pid: int) -> list[int]:
    """The pids of the running processes whose parent is `pid`, whatever their sessions."""
    return [other for other in _pids() if _parent_of(other) == pid and is_running(other)]


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - likewise


def _session_of(pid: int) -> int | None:
    """Asked of the kernel: to read it from /proc takes twenty times as long, and all processes are asked for it."""
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _parent_of(pid: int) -> int | None:
    fields = stat_fields(pid)
    return int(fields[1]) if fields else None


def belongs_to_stranger(session: int, ticks: str | None) -> bool:
    """True when a process that is not the leader we knew, started at `ticks`, has got the leader's pid.

    A pid stays out of use while any process of its session is left, so a leader that is gone is no stranger.
    """
    leader = start_ticks(session)
    return leader is not None and leader != ticks


def kill_session(session: int, ticks: str | None, timeout: float = 3.0) -> list[int]:
    """SIGKILL every process of the session until none is left; returns the survivors after `timeout` seconds.

    `ticks` is when its leader started: a stranger who has got the pid since is left alone.
    """
    if belongs_to_stranger(session, ticks):
        return []
    deadline = _real_seconds() + timeout
    while (left := members(session)) and _real_seconds() < deadline:
        for pid in left:
            _kill(pid)
        time.sleep(0.01)
    return left


def _real_seconds() -> float:
    """Not time.monotonic(): a scenario may have frozen that while another thread ends a process."""
    return os.times().elapsed


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
