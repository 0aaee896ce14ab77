"""The folder of a run: everything that its answer rests on."""

import datetime as dt
import json
import secrets
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.stack.store import Stack

RESULTS_SCHEMA = 1
CONTROLS = "controls.json"  # what a run of the negative controls keeps: control -> the scenarios that noticed it


class RunFolder:
    """`runs/<UTC time>-<short id>/`. Not for logs of running processes: each step has a folder of its own in it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name

    @classmethod
    def create(cls, runs: Path) -> "RunFolder":
        """A new one, named after now."""
        now = dt.datetime.now(dt.UTC)
        path = runs / f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        path.mkdir(parents=True)
        return cls(path)

    @classmethod
    def find(cls, runs: Path, name: str) -> "RunFolder":
        """The run called `name`: a folder's path, its name or the beginning of it, or 'latest'.

        Raises UsageError when there is none, or more than one.
        """
        with suppress(OSError):  # a name too long for a path is none
            if (Path(name) / "results.json").is_file():
                return cls(Path(name).resolve())
        known = sorted(path.parent for path in runs.glob("*/results.json"))
        fitting = known[-1:] if name == "latest" else [path for path in known if name and path.name.startswith(name)]
        if len(fitting) == 1:
            return cls(fitting[0])
        have = ", ".join(path.name for path in known[-3:]) or "none yet"
        problem = "no run is" if not fitting else f"{len(fitting)} runs are"
        raise UsageError(f"{problem} called {name!r} (the last ones: {have})")

    def step_folder(self, name: str) -> Path:
        """A folder for one step's logs."""
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def listed(self, option: str, scenarios: Collection[str]) -> list[str]:
        """That option of pytest with a file of these ids; nothing without any."""
        path = self.path / f"{option}.txt"
        if scenarios:
            path.write_text("".join(f"{one}\n" for one in scenarios))
        return [f"--{option}", str(path)] if scenarios else []

    def write_plan(self, text: str) -> None:
        """The numbered steps, before the first of them runs."""
        (self.path / "plan.txt").write_text(text)

    def write_lock(self, arm: str, stack: Stack) -> None:
        """The lock of `arm` (baseline or candidate), so that the run can be repeated when the stack has moved on."""
        (self.path / f"{arm}.lock").write_text(stack.lock.text)

    def read_lock(self, arm: str) -> str:
        """The text of a lock that write_lock kept. Raises UsageError when the run did not get that far."""
        try:
            return (self.path / f"{arm}.lock").read_text()
        except FileNotFoundError as error:
            raise UsageError(f"run {self.name} has no {arm}.lock: it ended before its stacks were resolved") from error

    def write_results(self, results: Mapping[str, Any]) -> None:
        """results.json, whole or not at all."""
        beside = self.path / "results.json.new"
        beside.write_text(json.dumps({"schema": RESULTS_SCHEMA, **results}, indent=2) + "\n")
        beside.replace(self.path / "results.json")

    def read_results(self) -> dict[str, Any]:
        """What write_results wrote. Raises UsageError when it cannot be read."""
        try:
            results: Any = json.loads((self.path / "results.json").read_text())
        except (OSError, ValueError) as error:
            raise UsageError(f"run {self.name}: results.json cannot be read: {error}") from error
        if not isinstance(results, dict) or results.get("schema") != RESULTS_SCHEMA:
            raise UsageError(f"run {self.name} was written by another version of preflight")
        return results
