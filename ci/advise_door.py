"""The sub-command `advise` of `ci/preflight`."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ci.advise.run import PINS, Wish, advise
from ci.asked import acceptances_of, asked, targets_of
from ci.checkout import RUNS
from ci.options import ACCEPTED, JSON, SERVICES, SETTINGS
from ci.screen import Screen
from ci.settings import read as read_settings
from ci.verdict import Answer
from harness.services.provider import choose
from harness.stack import pythons


@click.command("advise")
@click.option("--baseline", metavar="S", help="What runs today.  [default: plan-2023]")
@click.option("--candidate", metavar="S", help="How far one would like to go.  [default: latest]")
@click.option("--python", metavar="X.Y", help="The Python to stay or go to.  [default: the baseline's]")
@click.option("--area", "chosen", multiple=True, metavar="A", help="Only this area of scenarios; may be repeated.")
@SETTINGS
@ACCEPTED
@SERVICES
@JSON
def advise_command(
    *,
    baseline: str | None,
    candidate: str | None,
    python: str | None,
    chosen: Sequence[str],
    settings: str | None,
    accepted: str | None,
    services: str,
    as_json: bool,
) -> None:
    """Find the furthest set of releases for which the gate says SAFE, and print it as requirements.

    First the gate is asked about the candidate itself. As long as something blocks, as little as possible is held back;
    the whole gate then confirms it, and shows what is wrong one release further. The same command again goes on where
    it was, if it was ended.

    \b
    Exit codes: 0 a safe set, and no step beyond it is; 2 usage error; 3 no certain answer, or a safe set that is
    not shown to be the furthest; 4 unresolvable.

    \b
    Examples:
      ./ci/preflight advise
      ./ci/preflight advise --baseline plan-2023 --candidate celery-5.6 --area schedule --area tasks
    """
    if python:
        pythons.find(python)
    question = replace(
        asked({"baseline": baseline, "candidate": candidate}, {}, targets_of(chosen)),
        settings=read_settings(Path(settings)) if settings else {},
        acceptances=acceptances_of(accepted),
    )
    screen = Screen(to_stderr=as_json)
    data = advise(Wish(question, python), choose(services), screen)
    _show(data, screen)
    if as_json:
        print(json.dumps(data, indent=2))
    sys.exit(Answer.INCONCLUSIVE.value if data["doubts"] else 0)


def _show(data: dict[str, Any], screen: Screen) -> None:
    what = "SAFE, but not shown to be the furthest" if data["doubts"] else "The furthest that is SAFE"
    screen.say(f"\n{what}, on Python {data['python']} (run {data['safe']['run']}):\n")
    for name, version in data["pins"].items():
        screen.say(f"{name}=={version}")
    screen.say("")
    for name, of in data["held"].items():
        screen.say(f"held back: {name} at {of['advised'] or 'absent'}, newest is {of['newest'] or 'absent'}")
    for sentence in data["because"]:
        screen.say(sentence)
    for beyond in data["beyond"]:
        screen.say(f"One step beyond, {', '.join(beyond['moved'])}: {beyond['answer']} (run {beyond['run']})")
        for reason in beyond["reasons"]:
            screen.say(f"    {reason}")
    for absent in data["absent"]:
        screen.say(f"Cannot be had: {absent}")
    for doubt in data["doubts"]:
        screen.say(f"Not shown to be the furthest: {doubt}")
    screen.say(f"{data['gates']} gates in {data['gate_seconds']:.0f} s. All pins: {RUNS / data['run'] / PINS}")
