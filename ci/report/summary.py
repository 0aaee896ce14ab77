"""summary.md: what a reviewer of the upgrade reads below a pull request."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ci import fault_table
from ci.question import ARMS
from ci.report.answer import head, meaning
from ci.report.areas import changes
from ci.report.facts import facts
from ci.report.markdown import code, plain
from ci.report.versions import packages
from ci.report.words import number, sentence, variant
from ci.verdict import Answer

ICONS = {"SAFE": "✅", "BLOCKED": "⛔"}
MOST_FINDINGS, MOST_VERSIONS, MOST_REASONS = 15, 8, 5


def summary(results: Mapping[str, Any]) -> str:
    """The Markdown of a run."""
    names = [code(results[arm]["name"]) for arm in ARMS]
    blocks = [
        f"## {ICONS.get(results['verdict'], '⚠️')} {results['verdict']}: {names[0]} → {names[1]}",
        meaning(results, *names),
        *("\n".join(part) for part in (_reasons(results), _findings(results["findings"]), _versions(results, names))),
        "\n".join(_faults(fault_table.recorded(results))),
        *_closing(results),
    ]
    return "\n\n".join(filter(None, blocks)) + "\n"


def _reasons(results: Mapping[str, Any]) -> Iterator[str]:
    """What the gate said, where the findings do not say it themselves."""
    reasons = [] if results["verdict"] == Answer.BLOCKED.name else results["reasons"]
    yield from (f"- {code(reason, 300)}" for reason in reasons[:MOST_REASONS])
    if (more := len(reasons) - MOST_REASONS) > 0:
        yield f"- and {number(more, 'more reason')}"


def _findings(findings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not findings:
        return
    yield "| change | scenario | cause | repeat |"
    yield "| --- | --- | --- | --- |"
    for one in findings[:MOST_FINDINGS]:
        yield f"| {_change(one)} | {_scenario(one['scenario'])} | {code(one['cause'])} | {code(one['replay'])} |"
    if (more := len(findings) - MOST_FINDINGS) > 0:
        yield f"\n…and {number(more, 'more finding')}: all of them are in report.html."


def _change(finding: Mapping[str, Any]) -> str:
    accepted = finding.get("accepted")
    return f"{finding['change']}, accepted: {code(accepted)}" if accepted else str(finding["change"])


def _scenario(scenario: str) -> str:
    name = plain(sentence(scenario))
    return f"{name} {code(variant(scenario))}" if variant(scenario) else name


def _versions(results: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    moved = [one for one in packages(results) if one.move]
    if not moved:
        return
    yield f"| package | {names[0]} | {names[1]} |"
    yield "| --- | --- | --- |"
    for one in moved[:MOST_VERSIONS]:
        yield f"| {code(one.name)} | {code(one.baseline or 'absent')} | {code(one.candidate or 'absent')} |"
    if (more := len(moved) - MOST_VERSIONS) > 0:
        yield f"\n…and {number(more, 'more package')} moved."


def _faults(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """What each fault did, folded: it is long."""
    if not rows:
        return
    yield f"<details><summary>{number(len(rows), 'fault')}, each with its setting: baseline → candidate</summary>\n"
    yield f"| {' | '.join(fault_table.COLUMNS)} |"
    yield "| --- | --- |" + " ---: |" * (len(fault_table.COLUMNS) - 2)
    yield from (f"| {' | '.join(map(code, row))} |" for row in rows)
    yield "\n“!”: the scenario did not pass there.\n</details>"


def _closing(results: Mapping[str, Any]) -> Iterator[str]:
    top = head(results)
    counts = ", ".join(f"{count} {change}" for change, count in changes(results).items())
    yield f"Scenarios: {counts or 'none ran'}. Took {top.took}."
    if changed := sum(map(len, facts(results).values())):
        yield f"{number(changed, 'observed fact')} changed: see report.html."
    if top.again:
        yield f"Ask again: {code(top.again, 400)}"
