"""From a run folder back to a question that repeats it."""

from collections.abc import Mapping
from typing import Any

from ci.question import ARMS, Question
from ci.run_folder import RunFolder
from harness.errors import UsageError
from harness.stack.store import Store


def question_of(run: RunFolder, scenario: str | None, store: Store, on: str | None = None) -> Question:
    """What to ask again: one scenario, or those of all findings, on the stacks of the run's own locks.

    With `on`, the stack of that name takes the candidate's place; what changed in the run is then no measure any more.
    Raises UsageError when the run has no such scenario, or no finding at all.
    """
    results = run.read_results()
    locks = {arm: _stack(store, run, results, arm) for arm in ARMS}
    baseline, candidate = (results[arm]["name"] for arm in ARMS)
    targets = _targets(run.name, results, scenario)
    before = {one["scenario"]: one["change"] for one in results["scenarios"] if one["scenario"] in targets}
    if on:
        store.check(on)
        candidate, locks, before = on, {"baseline": locks["baseline"]}, {}
    return Question(baseline, candidate, targets, locks, before=before, settings=results.get("settings", {}))


def _stack(store: Store, run: RunFolder, results: Mapping[str, Any], arm: str) -> Any:
    text = run.read_lock(arm)
    return store.from_lock(results[arm]["name"], text, ".".join(results[arm]["python"].split(".")[:2]))


def _targets(run: str, results: Mapping[str, Any], scenario: str | None) -> tuple[str, ...]:
    found = [one["scenario"] for one in results["findings"] if scenario in (None, one["id"])]
    if not found and scenario:
        found = [one["scenario"] for one in results["scenarios"] if one["scenario"].endswith(scenario)]
    if not found:
        known = ", ".join(f"{one['id']} ({one['change']})" for one in results["findings"]) or "none"
        raise UsageError(f"run {run} holds no {scenario or 'finding'} to repeat (its findings: {known})")
    return tuple(dict.fromkeys(found))
