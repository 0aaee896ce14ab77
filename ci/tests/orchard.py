"""Two stacks of packages made by hand, and a made-up oracle: searches between them need no network and no process."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ci.bisect.journal import Journal
from ci.bisect.mixture import Mixtures
from ci.bisect.sets import Sets
from ci.bisect.trials import Trials
from ci.run_folder import RunFolder
from harness.outcomes import FAILED, PASSED, Outcome
from harness.reaper import Reaper
from harness.stack import pythons
from harness.stack.store import Stack, Store
from harness.tests.test_stack_wheels import THIS, locked, market, wheel

RELEASES = {
    "core": ["1.0", "1.1", "1.2", "2.0rc1", "2.0", "2.1", "3.0"],
    "leaf": ["1.0", "1.5", "2.0"],
    "seed": ["1.0", "2.0"],
}
OLD = {"core": "1.0", "leaf": "1.0", "seed": "1.0", "tree": "1.0"}
NEW = {"core": "3.0", "leaf": "2.0", "root": "1.0", "seed": "2.0", "tree": "2.0"}
TIED, FREE = {"core": "1.0", "crown": "1.0"}, {"core": "3.0", "crown": "2.0"}


class Made:
    """An oracle that looks at the versions only, and counts. `fails` says how it fails, empty when it passes."""

    at_once = 2

    def __init__(self, fails: Callable[[dict[str, str]], str]) -> None:
        self._fails = fails
        self.rounds: list[dict[str, str]] = []

    def outcomes(self, stacks: Sequence[Stack], folder: Path) -> list[Outcome]:
        """See Oracle.outcomes."""
        folder.mkdir()
        self.rounds += [stack.pins for stack in stacks]
        causes = [self._fails(stack.pins) for stack in stacks]
        return [_outcome(cause) for cause in causes]


def _outcome(cause: str) -> Outcome:
    result = {"": PASSED, "?": "unknown"}.get(cause, FAILED)
    return Outcome("scenarios/x.py::test", result, cause, started=not cause.startswith("start"))


class Quiet:
    """Shows nothing."""

    def before(self, *_: object) -> None:
        """See Show.before."""

    after = before


def plant(folder: Path, monkeypatch: pytest.MonkeyPatch, reaper: Reaper) -> Store:
    """A store with the stacks `old` and `new`; tree 2.0 needs core from 2 on and brings root, which is new.

    Between `tied` and `free`, core and crown move together or not at all.
    """
    monkeypatch.setattr(pythons, "found", lambda: (THIS,))
    wheels = market(folder, monkeypatch)
    for name, versions in RELEASES.items():
        for version in versions:
            wheel(wheels, name, version)
    wheel(wheels, "tree", "1.0", "core")
    wheel(wheels, "tree", "2.0", "core>=2", "root")
    wheel(wheels, "root", "1.0")
    for version, needed in {"1.0": "core<2", "1.5": "core>=2", "2.0": "core>=2"}.items():
        wheel(wheels, "crown", version, needed)
    (folder / "stacks").mkdir()
    for stack, pins in {"old": OLD, "new": NEW, "tied": TIED, "free": FREE}.items():
        lines = ", ".join(f'"{name}=={version}"' for name, version in pins.items())
        (folder / "stacks" / f"{stack}.toml").write_text(f'python = "{THIS.minor}"\nrequirements = [{lines}]\n')
        files = [wheels / f"{name}-{version}-py3-none-any.whl" for name, version in pins.items()]
        (folder / "stacks" / f"{stack}.lock").write_text(f"# stack: {stack}\n# python: {THIS.minor}\n{locked(*files)}")
    return Store(folder / "stacks", folder / "cache", reaper)


def has(pins: dict[str, str], package: str, *versions: str) -> bool:
    """Whether a package is there in one of these versions."""
    return pins.get(package) in versions


def trials(store: Store, oracle: Made, folder: Path, times: int = 2, ends: tuple[str, str] = ("old", "new")) -> Trials:
    """Trials between two stacks whose journal is in `folder`, there already or not."""
    folder.mkdir(exist_ok=True)
    journal = Journal(RunFolder(folder), "bisect.jsonl")
    mixtures = Mixtures(store.get(ends[0]), store.get(ends[1]), store)
    return Trials(Sets(mixtures, journal, store), oracle, journal, times, Quiet())
