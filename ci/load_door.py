"""The sub-command `ci/preflight load`."""

import sys

import click

from ci.asked import DEFAULTS
from ci.checkout import CACHE, STACKS
from ci.loads import controls
from ci.loads.ask import ask_load
from ci.loads.design import AB, WAYS, Design
from ci.loads.question import PROJECT, LoadQuestion, Side
from ci.loads.screen import LoadScreen
from ci.options import JSON, SERVICES
from ci.question import ARMS
from harness.errors import UsageError
from harness.reaper import Reaper
from harness.stack.store import Store
from load import shapes, ways


@click.command()
@click.option("--baseline", metavar="S", help="What runs today; makes it a comparison of two stacks.")
@click.option("--candidate", metavar="S", help="What is asked about; the same.")
@click.option("--way", "way", metavar="W", help="How both stacks deliver audit events.  [default: safe]")
@click.option("--shape", metavar="NAME", help="What the users of a round do: one of load/shapes.toml.")
@click.option("--rounds", type=click.IntRange(1), metavar="N", help="Rounds of each arm.")
@click.option(
    "--hash",
    "password_hash",
    type=click.Choice(["cheap", "real"]),
    default="cheap",
    show_default=True,
    help="cheap: the audit path is what is measured; real: Django's default.",
)
@click.option("--control", metavar="NAME", help="Make the candidate's app dearer on purpose (ci/loads/controls.toml).")
@SERVICES
@JSON
def load(
    *,
    baseline: str | None,
    candidate: str | None,
    way: str | None,
    shape: str | None,
    rounds: int | None,
    password_hash: str,
    control: str | None,
    services: str,
    as_json: bool,
) -> None:
    """Measure what a login pays for its audit line, on real web servers and workers under load.

    Without stacks: the ways of delivery beside one another, on the project environment. With two stacks: whether the
    second costs more than the first, with an answer for each metric and ci/thresholds.toml saying what is allowed.

    \b
    Exit codes:
      0  measured; with two stacks: nothing is worse beyond what is allowed
      1  something is, or events were lost or written twice
      2  usage error
      3  nothing was measured, a process or service died, or it was too noisy where an answer is needed
      4  the versions cannot be installed together

    \b
    Examples:
      ./ci/preflight load
      ./ci/preflight load --baseline plan-2023 --candidate celery-5.7
      ./ci/preflight load --baseline plan-2023 --candidate celery-5.7 --way plan --shape spike
      ./ci/preflight load --shape ramp --rounds 1
      ./ci/preflight load --baseline plan-2023 --candidate plan-2023 --control slow-audit-task
    """
    if baseline or candidate:
        question = _of_stacks(baseline, candidate, way or "safe", control, _design(AB, shape, rounds), password_hash)
    elif way or control:
        raise UsageError("--way and --control are for two stacks: give --baseline and --candidate as well")
    else:
        sides = tuple(Side(one.name, PROJECT, one.name) for one in ways.WAYS)
        question = LoadQuestion("ways", sides, _design(WAYS, shape, rounds), password_hash)
    sys.exit(ask_load(question, services, LoadScreen(to_stderr=as_json), as_json=as_json))


def _of_stacks(
    baseline: str | None, candidate: str | None, way: str, control: str | None, design: Design, password_hash: str
) -> LoadQuestion:
    names = (baseline or DEFAULTS["baseline"], candidate or DEFAULTS["candidate"])
    ways.find(way)
    with Reaper() as reaper:
        store = Store(STACKS, CACHE, reaper)
        for name in names:
            store.check(name)
    broken = controls.find(control) if control else None
    old, new = (Side(arm, name, way) for arm, name in zip(ARMS, names, strict=True))
    return LoadQuestion("stacks", (old, Side(new.name, new.stack, way, broken)), design, password_hash)


def _design(usual: Design, shape: str | None, rounds: int | None) -> Design:
    """The usual one, with what was asked for in its place; a shape that was named takes its own time."""
    found = shapes.find(shape) if shape else usual.shape
    return Design(found, rounds or usual.rounds, usual.sittings, usual.backlog)
