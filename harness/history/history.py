"""A history in a file that many processes write to at once."""

import os
from pathlib import Path

from harness.history.record import Kind, Record


class History:
    """The records of one file, read as it grows. Not for judging them: that is the checkers' work.

    Each record is one write to a file opened for appending, so a line is there whole or not at all, whatever kills
    its writer. A cut-off last line is not read until its end has come.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read = 0
        self._records: list[Record] = []

    def add(self, *records: Record) -> None:
        """Append."""
        text = "".join(record.to_line() for record in records)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)

    def records(self) -> list[Record]:
        """All records so far, in the order of their writing."""
        self._take_in()
        return list(self._records)

    def count(self) -> int:
        """How many records there are so far: a place to begin `since` at."""
        self._take_in()
        return len(self._records)

    def since(self, place: int) -> list[Record]:
        """The records behind a place that `count` told."""
        self._take_in()
        return self._records[place:]

    def _take_in(self) -> None:
        try:
            with self.path.open("rb", buffering=0) as file:
                file.seek(self._read)
                whole, end, _ = file.read().rpartition(b"\n")
        except FileNotFoundError:
            return
        self._read += len(whole) + len(end)
        self._records += [Record.from_line(line) for line in whole.decode().splitlines()]


def ids(records: "list[Record]", *kinds: Kind) -> set[str]:
    """The events that have a record of any of these kinds."""
    return {record.event for record in records if record.kind in kinds}
