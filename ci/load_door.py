"""The sub-command `ci/preflight load`."""

import sys
from typing import Any

import click

from ci.options import JSON, SERVICES

LEAST_BACKLOG = 250  # of fewer the start of the drain is too large a part


@click.command()
@click.option("--baseline", metavar="S", help="What runs today; makes it a comparison of two stacks.")
@click.option("--candidate", metavar="S", help="What is asked about; the same.")
@click.option("--way", metavar="W", help="How both stacks deliver audit events.  [default: safe]")
@click.option("--shape", metavar="NAME", help="What the users of a round do: one of load/shapes.toml.")
@click.option("--rounds", type=click.IntRange(1), metavar="N", help="Rounds of each arm.")
@click.option(
    "--backlog",
    type=click.IntRange(LEAST_BACKLOG),
    metavar="N",
    help="Drain one backlog of N events in each round.",
)
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
def load(*, services: str, as_json: bool, **options: Any) -> None:
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
      ./ci/preflight load --backlog 50000 --rounds 1
      ./ci/preflight load --baseline plan-2023 --candidate plan-2023 --control slow-audit-task
    """
    # Here, because scipy and matplotlib take their time and no other sub-command needs them.
    from ci.loads.ask import ask_load  # noqa: PLC0415
    from ci.loads.asked import Options, asked  # noqa: PLC0415
    from ci.loads.screen import LoadScreen  # noqa: PLC0415

    sys.exit(ask_load(asked(Options(**options)), services, LoadScreen(to_stderr=as_json), as_json=as_json))
