"""Pieces of a run folder's logs, short enough for a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = 12_000  # of one log, its last ones: an error stands at the end
MOST_LINES = 150


@dataclass(frozen=True)
class Excerpt:
    """The end of a log, or of a part of it. `cut` says whether something before it is left out."""

    title: str
    lines: Sequence[str]
    cut: bool


def excerpt(title: str, text: str) -> Excerpt:
    """The last lines of a text."""
    lines = text.splitlines()
    return Excerpt(title, lines[-MOST_LINES:], len(lines) > MOST_LINES)


def passages(run: Path, logs: Mapping[str, Sequence[int]]) -> list[Excerpt]:
    """What was written to each log between two bytes. A log that is gone, or is not the run's, is left out."""
    return [_passage(run, file, *span) for file, span in logs.items() if _belongs(run, file)]


def tails(run: Path, pattern: str) -> list[Excerpt]:
    """The ends of the run's logs that fit a pattern."""
    found = sorted(run.glob(pattern))
    return [_passage(run, str(path.relative_to(run)), 0, path.stat().st_size) for path in found]


def _passage(run: Path, file: str, begin: int, end: int) -> Excerpt:
    start = max(begin, end - MOST_BYTES)
    with (run / file).open("rb") as log:
        log.seek(start)
        text = log.read(max(0, end - start)).decode(errors="replace")
    if start > begin:
        text = text.partition("\n")[2]  # the first line is not whole
    shown = excerpt(file, text)
    return Excerpt(file, shown.lines, shown.cut or start > begin)


def _belongs(run: Path, file: str) -> bool:
    path = (run / file).resolve()
    return path.is_file() and path.is_relative_to(run.resolve())
