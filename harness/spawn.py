"""Starting a process that cannot be left behind, and ending it."""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from harness import sessions
from harness.errors import ProcessExited
from harness.reaper import Reaper

# The child tells the guardian its session through its own standard input before it becomes the wanted program:
# there is no moment at which it runs unknown to the guardian.
ANNOUNCE = 'echo "session $$" >&0; exec "$@" </dev/null'


@dataclass
class Child:
    """A running program that leads a session of its own, with its output in a file."""

    name: str
    popen: "subprocess.Popen[bytes]"
    log: Path
    ticks: str | None  # when it started, by the kernel's clock: tells it from a later process with its pid

    @property
    def pid(self) -> int:
        """The process id, which is also its session's."""
        return self.popen.pid

    def exit_code(self) -> int | None:
        """None while it runs; negative for the signal that killed it."""
        return self.popen.poll()

    def log_tail(self, lines: int = 15) -> str:
        """The last lines of its output."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def raise_if_exited(self) -> None:
        """Raise ProcessExited, with its exit code and last words, when it has ended by itself."""
        code = self.exit_code()
        if code is not None:
            cause = last_error(self.log) or f"exit code {code}"
            raise ProcessExited(f"{self.name} ended with exit code {code}: {cause} (log: {self.log})", cause)

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it still runs."""
        if self.exit_code() is None:
            os.kill(self.pid, number)

    def stop(self, timeout: float = 10.0, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, wait `timeout` seconds, then kill its whole session; returns the exit code."""
        self.send(with_signal)
        with suppress(subprocess.TimeoutExpired):
            self.popen.wait(timeout)
        return self.kill()

    def kill(self) -> int:
        """SIGKILL it with all its children; returns the exit code."""
        sessions.kill_session(self.pid, self.ticks)
        return self.popen.wait()


def spawn(
    argv: Sequence[str],
    *,
    name: str,
    log: Path,
    reaper: Reaper,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    pass_fds: Sequence[int] = (),
    user: int | None = None,
) -> Child:
    """Start `argv` in a session of its own that ends with us at the latest, its output appended to `log`.

    `env` is the whole environment (ours when None); `user` is a numeric user id to become.
    """
    with log.open("ab") as output:
        popen = subprocess.Popen(
            ["/bin/sh", "-c", ANNOUNCE, name, *argv],
            stdin=reaper.registration,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=None if env is None else dict(env),
            cwd=cwd,
            pass_fds=pass_fds,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    return Child(name, popen, log, sessions.start_ticks(popen.pid))


def last_error(log: Path) -> str | None:
    """The last line of a log that reads like the end of a traceback, 'SomeError: text', for people to read."""
    lines = log.read_text(errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if _is_error(line)), None)


def _is_error(line: str) -> bool:
    head, colon, text = line.partition(": ")
    name = head.rpartition(".")[2]
    unindented = bool(head) and not head[0].isspace() and " " not in head
    return bool(colon and text) and unindented and name.endswith(("Error", "Exception", "Mismatch", "Configured"))
