"""The record of the scenarios: what each costs, and which breakages it has noticed. Data, written from runs alone.

A breakage is a cause that scenarios failed for between two stacks (in either direction: what an upgrade fixes is a
breakage of going back), or one negative control.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from ci.causes import apart_from_numbers
from ci.comparison import Change
from ci.cover import Offer, cover
from ci.question import ARMS
from harness.errors import UsageError

LEAST_SECONDS = 0.1  # what even the shortest scenario costs: it is torn down, and its outcome is written
UPGRADE, CONTROL = "upgrade", "control"
COMPARED = "AssertionError: assert "
FAILED_ON = {Change.REGRESSED.value: "candidate", Change.FIXED.value: "baseline"}
DOUBTFUL = {Change.FLAKY.value, Change.UNKNOWN.value}


@dataclass(frozen=True)
class Breakage:
    """Something that was broken: by an upgrade (two stacks and a cause) or on purpose (a control's name)."""

    kind: str
    words: str

    @property
    def id(self) -> str:
        """The same for the same breakage in every run."""
        return sha256(f"{self.kind} {self.words}".encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Entry:
    """One scenario. `seconds`: the most that it took: in a run in which another one had started its parts it was cheap,
    and one that notices by waiting in vain is dear when it matters, three times over. `noticed`: ids of breakages.
    `doubtful`: it was flaky or unknown in one of the runs.
    """

    seconds: float
    noticed: tuple[str, ...] = ()
    doubtful: bool = False


@dataclass(frozen=True)
class Record:
    """Breakages by id, scenarios by id, and the names of the runs that they are from."""

    runs: tuple[str, ...]
    breakages: Mapping[str, Breakage]
    scenarios: Mapping[str, Entry]

    def quick(self, seconds: float) -> list[str]:
        """The scenarios that together noticed most within so many seconds, sorted: what upgrades broke goes first."""
        reliable = {name: one for name, one in self.scenarios.items() if not one.doubtful}
        offers = {name: Offer(frozenset(one.noticed), self.cost(name)) for name, one in reliable.items()}
        taken = cover(offers, seconds, self._of(UPGRADE))
        left = seconds - sum(offers[one].cost for one in taken)
        seen = {breakage for one in taken for breakage in offers[one].covers}
        return sorted({*taken, *cover(offers, left, self._of(CONTROL) - seen)})

    def cost(self, scenario: str) -> float:
        """The most, in seconds, that its test took with any parameters: those that run first start parts for all."""
        return max(LEAST_SECONDS, self._seconds[_test_of(scenario)])

    @cached_property
    def _seconds(self) -> dict[str, float]:
        most: dict[str, float] = {}
        for name, one in self.scenarios.items():
            test = _test_of(name)
            most[test] = max(one.seconds, most.get(test, 0.0))
        return most

    def _of(self, kind: str) -> set[str]:
        return {name for name, one in self.breakages.items() if one.kind == kind}


def _test_of(scenario: str) -> str:
    return scenario.partition("[")[0]


def made_of(runs: Sequence[Mapping[str, Any]]) -> Record:
    """The record of these runs: results of gates, or of controls ("controls" -> the scenarios that noticed each)."""
    breakages: dict[str, Breakage] = {}
    noticed: dict[str, set[str]] = {}
    for breakage, scenario in (pair for run in runs for pair in _noticed(run)):
        breakages[breakage.id] = breakage
        noticed.setdefault(scenario, set()).add(breakage.id)
    seen = [one for run in runs for one in run.get("scenarios", ())]
    doubtful = {one["scenario"] for one in seen if one["change"] in DOUBTFUL}
    entries = {
        name: Entry(seconds, tuple(sorted(noticed.get(name, ()))), name in doubtful)
        for name, seconds in sorted(_seconds(seen).items())
    }
    return Record(tuple(run["run"] for run in runs), dict(sorted(breakages.items())), entries)


def _noticed(run: Mapping[str, Any]) -> Iterable[tuple[Breakage, str]]:
    for control, scenarios in run.get("controls", {}).items():
        yield from ((Breakage(CONTROL, control), one) for one in scenarios)
    stacks = " → ".join(run[arm]["name"] for arm in ARMS) if "scenarios" in run else ""
    for one in run.get("scenarios", ()):
        if arm := FAILED_ON.get(one["change"]):
            yield Breakage(UPGRADE, f"{stacks}: {_cause(one['scenario'], one[arm]['cause'])}"), one["scenario"]


def _cause(scenario: str, cause: str) -> str:
    """What a failure says of its cause. Values that were compared say nothing by themselves: then it is the file."""
    plain = apart_from_numbers(cause)
    return f"an assertion of {scenario.partition('::')[0]}" if plain.startswith(COMPARED) else plain


def _seconds(seen: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    most: dict[str, float] = {}
    for one in seen:
        if "::" not in one["scenario"]:
            continue  # a file that did not import
        seconds = max(one[arm]["seconds"] for arm in ARMS)
        most[one["scenario"]] = max(seconds, most.get(one["scenario"], 0.0))
    return most


def read(path: Path) -> Record:
    """The record in a file. Raises UsageError when it holds none."""
    try:
        data = json.loads(path.read_text())
        breakages = {name: Breakage(**one) for name, one in data["breakages"].items()}
        entries = {
            name: Entry(one["seconds"], tuple(one["noticed"]), one["doubtful"])
            for name, one in data["scenarios"].items()
        }
        return Record(tuple(data["runs"]), breakages, entries)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} holds no record of scenarios, so --quick cannot choose: {error}") from error


def write(path: Path, record: Record) -> None:
    """Write it for `read`, a line for each entry."""
    parts = [f' "runs": {json.dumps(record.runs)}']
    for name in ("breakages", "scenarios"):
        lines = [f"  {json.dumps(key)}: {json.dumps(asdict(one))}" for key, one in getattr(record, name).items()]
        parts.append(f' "{name}": {{\n' + ",\n".join(lines) + "\n }")
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n")
