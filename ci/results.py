"""A run as data: results.json and junit.xml."""

from collections.abc import Sequence
from typing import Any
from xml.etree import ElementTree

from ci import observations
from ci.accepted import Accepted
from ci.comparison import Comparison
from ci.findings import Finding, findings
from ci.gate import Gate
from ci.inert import inert
from ci.plan import Step
from ci.question import ARMS
from ci.verdict import Verdict
from harness.outcomes import FAILED, PASSED, SKIPPED, Outcome


def as_data(gate: Gate, verdict: Verdict, steps: Sequence[Step], seconds: float) -> dict[str, Any]:
    """The content of results.json. Times are in seconds; versions as the running processes confirmed them."""
    comparisons = gate.comparisons()
    return {
        "run": gate.folder.name,
        "verdict": verdict.answer.name,
        "exit_code": verdict.answer.value,
        "reasons": list(verdict.reasons),
        "seconds": round(seconds, 1),
        "services": gate.choice.provider,
        "targets": list(gate.question.targets),
        "tier": gate.question.tier.value,
        "left_out": len(gate.left_out()),
        "reused": gate.reused(),
        "settings": dict(gate.question.settings),
        **{arm: _stack(gate, arm) for arm in ARMS},
        "moved": {name: list(versions) for name, versions in gate.moved().items()},
        "steps": [{"title": step.title, "remark": step.remark, "seconds": _rounded(step.seconds)} for step in steps],
        "scenarios": [_comparison(one) for one in comparisons],
        "findings": [_finding(one, gate.accepted()) for one in findings(comparisons, gate.folder.name)],
        "stale": [one.id for one in gate.accepted().stale],
        "observations": [observations.as_data(one) for one in gate.differences()],
    }


def _stack(gate: Gate, arm: str) -> dict[str, Any]:
    name, stack = gate.question.named(arm), gate.stacks.get(arm)
    if stack is None:
        return {"name": name}
    facts = {"name": name, "python": stack.python.version, "lock": stack.lock.digest, "pins": stack.pins}
    mine = arm == ARMS[0]  # only the baseline's outcomes are ever taken from another run
    notes = [*stack.notes, gate.reused()] if mine else stack.notes
    return facts | {"notes": list(filter(None, notes))} | ({"fingerprint": gate.fingerprint} if mine else {})


def _comparison(one: Comparison) -> dict[str, Any]:
    return {
        "scenario": one.scenario,
        "area": one.area,
        "change": one.change.value,
        "baseline": _outcome(one.baseline),
        "candidate": _outcome(one.candidate),
        "repeats": [[_outcome(old), _outcome(new)] for old, new in one.repeats],
    }


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "result": outcome.result,
        "cause": outcome.cause,
        "detail": outcome.detail,
        "started": outcome.started,
        "seconds": _rounded(outcome.seconds),
        "observations": outcome.observations,
        "logs": outcome.logs,
    }


def _finding(one: Finding, accepted: Accepted) -> dict[str, str]:
    """`accepted` is the reason why it does not block, `lapsed` why its acceptance does not hold; empty without one."""
    held = accepted.held.get(one.scenario)
    return {
        "id": one.id,
        "change": one.change.value,
        "scenario": one.scenario,
        "cause": one.cause,
        "replay": one.replay,
        "accepted": held.because if held else "",
        "lapsed": accepted.lapsed.get(one.scenario, ""),
    }


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 2)


def junit(gate: Gate) -> bytes:
    """junit.xml: a test suite for each stack, a test case for each scenario, file and name as pytest has them.

    The class is the file behind the arm's name: importers that look at class and name alone (GitLab's) would take the
    second stack's case for a duplicate and drop it.
    """
    root = ElementTree.Element("testsuites", name="preflight")
    comparisons = gate.comparisons()
    for arm in ARMS:
        outcomes = [getattr(one, arm) for one in comparisons]
        root.append(_suite(arm, gate.question.named(arm), outcomes))
    ElementTree.indent(root)
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _suite(arm: str, stack: str, outcomes: Sequence[Outcome]) -> ElementTree.Element:
    results = [outcome.result for outcome in outcomes]
    errors = len(results) - sum(results.count(one) for one in (PASSED, FAILED, SKIPPED))
    counts = {
        "tests": len(results),
        "failures": results.count(FAILED),
        "skipped": results.count(SKIPPED),
        "errors": errors,
        "time": f"{sum(outcome.seconds for outcome in outcomes):.3f}",
    }
    name = inert(f"{arm} {stack}")
    suite = ElementTree.Element("testsuite", {"name": name, **{key: str(value) for key, value in counts.items()}})
    for outcome in outcomes:
        path, _, test = outcome.scenario.partition("::")
        facts = {"classname": f"{arm} {path}", "name": inert(test or path), "file": path}
        case = ElementTree.SubElement(suite, "testcase", facts, time=f"{outcome.seconds:.3f}")
        tag = {FAILED: "failure", SKIPPED: "skipped"}.get(outcome.result, "error")
        if outcome.result != PASSED:
            ElementTree.SubElement(case, tag, message=inert(outcome.cause)).text = inert(outcome.detail)
    return suite
