"""Which part of which log was written while something went on."""

from collections.abc import Mapping
from pathlib import Path

PYTEST_LOG = "pytest.log"  # it tells of every scenario; what it says of one is that one's detail


class LogGrowth:
    """Remembers how long the logs of a folder were, to tell later what came since. Not for files that shrink."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._before = self._lengths()

    def passages(self) -> dict[str, list[int]]:
        """'folder/name.log' -> [first byte, byte after the last], for every log that grew."""
        grown = self._lengths()
        return {f"{self._folder.name}/{name}": [self._before.get(name, 0), grown[name]] for name in self._newer(grown)}

    def _newer(self, lengths: Mapping[str, int]) -> list[str]:
        return sorted(name for name, length in lengths.items() if length > self._before.get(name, 0))

    def _lengths(self) -> dict[str, int]:
        logs = (path for path in self._folder.glob("*.log") if path.name != PYTEST_LOG)
        return {path.name: path.stat().st_size for path in logs}
