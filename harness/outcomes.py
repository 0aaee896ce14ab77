"""How each scenario of a run ended, as lines of JSON that are whole even when the run is cut short."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import BrokenPromise, PreflightError

PASSED, FAILED, SKIPPED, UNKNOWN = "passed", "failed", "skipped", "unknown"


@dataclass(frozen=True)
class Outcome:
    """One scenario on one stack.

    `result`: passed, failed, skipped, or unknown (nothing was learnt about the stack). `cause` is one line;
    `detail` the whole report; `seconds` real time, set-up included; `started` is False when a process of the stack, or
    the app itself, did not even start. `observations` are recorded facts by name, JSON-able, neither pass nor fail.
    `logs` are the parts of the processes' logs written meanwhile: path in the run folder -> [first byte, byte after
    the last].
    """

    scenario: str
    result: str
    cause: str = ""
    detail: str = ""
    seconds: float = 0.0
    started: bool = True
    observations: dict[str, Any] = field(default_factory=dict)
    logs: dict[str, list[int]] = field(default_factory=dict)


class Writer:
    """Appends what happens to a file: what runs and what does not, each start and end, that it finished."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("a")

    def collected(self, guards: dict[str, list[str]]) -> None:
        """The scenarios that will run, each with the lines of the plan that it guards."""
        self._line({"collected": guards})

    def left_out(self, scenarios: list[str]) -> None:
        """The scenarios that were collected and will not run."""
        self._line({"left_out": scenarios})

    def uncollected(self, path: str, cause: str) -> None:
        """A file of scenarios that cannot even be imported on this stack."""
        self._line({"uncollected": [path, cause]})

    def broken(self, cause: str) -> None:
        """The app itself does not even import: no scenario can run."""
        self._line({"broken": cause})

    def started(self, scenario: str) -> None:
        """A scenario begins."""
        self._line({"started": scenario})

    def ended(self, outcome: Outcome) -> None:
        """A scenario has ended, its tear-down included."""
        self._line({"ended": asdict(outcome)})

    def finished(self) -> None:
        """The run came to its own end."""
        self._line({"finished": True})

    def _line(self, event: dict[str, object]) -> None:
        self._file.write(json.dumps(event) + "\n")
        self._file.flush()


class Reader:
    """Follows what a Writer appends to the file at `path`, from its beginning; the file may not be there yet."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0  # bytes

    def new(self) -> list[tuple[str, Any]]:
        """The (what, value) pairs written since the last call, a line that is not whole yet left for the next one."""
        if not self._path.exists():
            return []
        with self._path.open("rb") as file:
            file.seek(self._read)
            whole = file.read().rpartition(b"\n")[0]
        self._read += len(whole) + 1 if whole else 0
        return [next(iter(json.loads(line).items())) for line in whole.split(b"\n") if line]


def read(path: Path) -> list[tuple[str, Any]]:
    """The (what, value) pairs of a file, a cut-off last line left out."""
    return Reader(path).new()


def judge(error: BaseException) -> tuple[str, str]:
    """The result and the one-line cause of an exception out of a scenario."""
    if isinstance(error, BrokenPromise):
        return FAILED, error.cause
    text = str(error).strip().partition("\n")[0]
    if isinstance(error, PreflightError):
        return UNKNOWN, text
    return FAILED, f"{type(error).__name__}: {text}" if text else type(error).__name__
