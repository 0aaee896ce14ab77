"""What is going on right now, for people who watch."""

import time
from dataclasses import dataclass
from pathlib import Path

WINDOW_SECONDS = 1.0
TAIL = 1 << 18  # bytes of a notebook: some hundred logins


@dataclass(frozen=True)
class Glance:
    """Logins answered in the last second, and events that no worker has acknowledged yet."""

    logins_per_second: int
    waiting: int


def answered_lately(notebook: Path) -> int:
    """How many answers a notebook (answers.py) got within the last second; 0 when it is not there yet."""
    return sum(line.count(b'"status"') for line in _tail(notebook) if _at(line) > time.time() - WINDOW_SECONDS)


def _tail(notebook: Path) -> list[bytes]:
    try:
        with notebook.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - TAIL))
            return file.read().splitlines()[1:]
    except FileNotFoundError:
        return []


def _at(line: bytes) -> float:
    _, _, rest = line.partition(b'"at": ')
    try:
        return float(rest.partition(b",")[0].rstrip(b"}"))
    except ValueError:
        return 0.0
