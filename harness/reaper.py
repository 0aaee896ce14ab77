"""Leaving nothing behind, whatever ends us, SIGKILL included.

A small guardian process reads lines from a pipe whose only lasting write end is ours. When we end, in whatever way,
the pipe ends too and the guardian kills the sessions, removes the containers and deletes the folders that were told to
it. testcontainers' Ryuk does the same for containers alone and needs an image; this needs nothing.
"""

import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, cast

from harness import sessions
from harness.services import engine

CONTAINER_LABEL = "preflight.owner"


class Reaper:
    """The guardian's owner: hands it what must not outlive us. Not for stopping things politely."""

    def __init__(self) -> None:
        repository = Path(__file__).resolve().parent.parent
        self._guardian = subprocess.Popen(
            [sys.executable, "-m", "harness.reaper"],
            stdin=subprocess.PIPE,
            start_new_session=True,
            cwd=repository,
        )
        self._pipe = cast("IO[bytes]", self._guardian.stdin)
        self.pid = self._guardian.pid

    @property
    def registration(self) -> int:
        """The pipe's file descriptor, for a child that announces its own session before it becomes what it will be."""
        return self._pipe.fileno()

    def temporary_folder(self, prefix: str) -> Path:
        """A new folder under the system's temporary one, deleted when we end. Others may pass through, not look in."""
        folder = Path(tempfile.gettempdir()) / f"preflight-{prefix}-{secrets.token_hex(4)}"
        self._tell(f"folder {folder}")  # before it exists: there is no moment at which it could be left behind
        folder.mkdir()
        folder.chmod(0o711)
        return folder

    def own_containers(self, owner: str) -> None:
        """From now on every container and network labelled CONTAINER_LABEL=`owner` is removed when we end."""
        self._tell(f"containers {owner}")

    def close(self) -> None:
        """End the guardian, which first clears away whatever is left; returns when that is done."""
        self._pipe.close()
        self._guardian.wait()

    def _tell(self, line: str) -> None:
        self._pipe.write(f"{line}\n".encode())
        self._pipe.flush()

    def __enter__(self) -> "Reaper":  # noqa: PYI034 - typing.Self came with Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def guard(lines: list[str] | None = None) -> None:
    """The guardian's life: listen until the pipe ends, then clear away. `lines` replaces standard input."""
    told: list[tuple[str, str, str | None]] = []
    for line in sys.stdin if lines is None else lines:
        kind, _, value = line.strip().partition(" ")
        told.append((kind, value, sessions.start_ticks(int(value)) if kind == "session" else None))
    occupied = sessions.occupied()  # a long run has told of hundreds that are gone
    for kind, value, ticks in told:
        if kind == "session" and int(value) in occupied:
            sessions.kill_session(int(value), ticks)
    for kind, value, _ in told:
        if kind == "folder":
            shutil.rmtree(value, ignore_errors=True)
    for kind, value, _ in told:  # last: the engine may hang or be gone
        if kind == "containers":
            engine.remove_containers(f"{CONTAINER_LABEL}={value}")


if __name__ == "__main__":
    guard()
