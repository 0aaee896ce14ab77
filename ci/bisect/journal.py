"""What a search has found out so far, line by line, so that it goes on where it was, killed or not."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ci.run_folder import RunFolder
from harness.errors import PreflightError

Facts = dict[str, Any]


class NoAnswer(PreflightError):
    """A search has come to its end, and that is not what was searched for."""


class Journal:
    """A file of JSON lines in a run's folder, the first of which says what was asked. One process at a time has it."""

    def __init__(self, folder: RunFolder, name: str) -> None:
        self.folder = folder
        self._file = (folder.path / name).open("a+b")
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._cut_off()

    def lines(self, kind: str) -> list[Any]:
        """The values of all lines of a kind, in order."""
        self._file.seek(0)
        entries = [json.loads(line) for line in self._file.read().splitlines()]
        return [value for entry in entries for name, value in entry.items() if name == kind]

    def add(self, kind: str, value: Any) -> None:
        """Append a line. Once this has returned, not even a crash of the machine loses it."""
        self._file.write(json.dumps({kind: value}).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    @contextmanager
    def until_answered(self) -> Iterator[None]:
        """A search that ends with NoAnswer has ended as well: who asks again begins anew, and may hear otherwise."""
        try:
            yield
        except NoAnswer as end:
            self.add("answer", str(end))
            raise

    def close(self) -> None:
        """Let go of it."""
        self._file.close()

    def _cut_off(self) -> None:
        """Cut off a line that was being written when its writer was killed."""
        self._file.seek(0)
        self._file.truncate(self._file.read().rfind(b"\n") + 1)


def resume(runs: Path, name: str, asked: Mapping[str, Any]) -> Journal:
    """The newest journal of that name that was asked just this and has no answer yet; else a new one."""
    for path in sorted(runs.glob(f"*/{name}"), reverse=True):
        try:
            journal = Journal(RunFolder(path.parent), name)
        except OSError:  # another process has it
            continue
        if journal.lines("asked") == [asked] and not journal.lines("answer"):
            return journal
        journal.close()
    journal = Journal(RunFolder.create(runs), name)
    journal.add("asked", asked)
    return journal
