"""New lines of all logs of a folder, as they come."""

from collections.abc import Iterator
from pathlib import Path


class Follower:
    """Remembers how far each log has been read. Not for files that shrink."""

    def __init__(self) -> None:
        self._read: dict[Path, int] = {}

    def lines(self, folder: Path) -> Iterator[tuple[str, str]]:
        """(log's name, line) for every whole line that was added since the last call."""
        for path in sorted(folder.glob("*.log")):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                whole, newline, _ = file.read().rpartition(b"\n")
            self._read[path] = self._read.get(path, 0) + len(whole) + len(newline)
            for line in whole.decode(errors="replace").splitlines():
                yield path.stem, line
