"""The baseline's outcomes out of an earlier run, so that a team that asks every day waits for the candidate alone.

Only where nothing differs that an outcome could depend on: the lock, the Python, the tools, the scenarios and all below
them, the app, the settings, the services, the machine. Whatever fails on the candidate against such an outcome is
repeated on both stacks for real (see Gate).
"""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from ci.checkout import ROOT
from ci.code import OF_OUTCOMES, files
from ci.comparison import Change
from ci.run_folder import RunFolder
from harness.errors import UsageError
from harness.outcomes import PASSED, Outcome
from harness.stack.store import Built

SWAYING = (Change.FLAKY.value, Change.UNKNOWN.value)


@dataclass(frozen=True)
class Earlier:
    """Outcomes of the baseline by scenario, and the name of the run that they are from; neither when none fits."""

    run: str = ""
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)


def fingerprint(built: Built, settings: Mapping[str, Any], services: Sequence[str], root: Path = ROOT) -> str:
    """What the outcomes of a stack depend on, as a digest. `services` say which servers, of which versions."""
    stack = built.stack
    machine = [platform.node(), platform.release(), str(os.cpu_count()), os.environ.get("CI", "")]
    tools = [built.tools.name, built.web_server.name]
    facts = [stack.lock.text, stack.python.version, *tools, json.dumps(settings, sort_keys=True), *services, *machine]
    digest = sha256("\n".join(facts).encode())
    for path in files(root, OF_OUTCOMES):
        digest.update(f"\n{path.relative_to(root)}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def find(runs: Path, mark: str) -> Earlier:
    """The outcomes of the newest run that came to its end with a baseline of this fingerprint.

    One that has taken outcomes from another run itself is passed over.
    """
    for path in sorted(runs.glob("*/results.json"), reverse=True):
        try:
            results = RunFolder(path.parent).read_results()
        except UsageError:
            continue  # of another version, or cut off
        if _fits(results, mark):
            return Earlier(results["run"], _outcomes(results["scenarios"]))
    return Earlier()


def _fits(results: Mapping[str, Any], mark: str) -> bool:
    whole = bool(results["steps"]) and all(step["seconds"] is not None for step in results["steps"])
    return whole and results["baseline"].get("fingerprint") == mark and not results.get("reused")


def _outcomes(scenarios: Sequence[Mapping[str, Any]]) -> dict[str, Outcome]:
    """Those that passed. A skip may have lacked what is there now; one bad round would hide a regression for ever."""
    return {one["scenario"]: _outcome(one) for one in scenarios if _is_firm(one)}


def _is_firm(one: Mapping[str, Any]) -> bool:
    passed = {one["baseline"]["result"], *(old["result"] for old, _ in one["repeats"])} == {PASSED}
    return passed and one["change"] not in SWAYING and "::" in one["scenario"]


def _outcome(one: Mapping[str, Any]) -> Outcome:
    """Without its logs: they are in the other run's folder."""
    return Outcome(**{"scenario": one["scenario"], **one["baseline"], "logs": {}})
