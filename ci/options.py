"""Options that sub-commands of the door share."""

import datetime as dt
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

import click

from ci.asked import targets_of
from ci.pins.arms import PinOptions
from ci.tier import Length, Tier
from ci.walks import MOST_STEPS, STEPS_OF_A_WALK, scenario_of
from harness.errors import UsageError

SERVICES = click.option(
    "--services",
    type=click.Choice(["auto", "container", "embedded"]),
    default="auto",
    help="Who provides Redis and PostgreSQL. auto: containers when an engine answers, else embedded.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON on standard output.")

SETTINGS = click.option(
    "--settings",
    metavar="FILE",
    help="Settings of yours, Celery's and the database's, laid over the app on both sides.",
)
ACCEPTED = click.option(
    "--accepted", metavar="FILE", help="The differences that you have accepted.  [default: ci/accepted.toml]"
)

ABOUT_TARGETS = (
    click.option("--area", "areas", multiple=True, metavar="A", help="Only this area of scenarios; may be repeated."),
    click.option(
        "--walk",
        "seeds",
        type=click.IntRange(0),
        multiple=True,
        metavar="SEED",
        help="Only this random walk; may be repeated.",
    ),
    click.option("--steps", type=click.IntRange(1, MOST_STEPS), metavar="N", help="Of the walks.  [default: 30]"),
)


def TARGETS(command: Callable[..., None]) -> Callable[..., None]:  # noqa: N802 - used like its neighbours
    """The options about what is run, handed to the command together as `targets`, for pytest."""

    @wraps(command)
    def together(*, areas: Sequence[str], seeds: Sequence[int], steps: int | None, **others: Any) -> None:
        if steps and not seeds:
            raise UsageError("--steps is for walks: say which with --walk SEED")
        walks = [scenario_of(seed, steps or STEPS_OF_A_WALK) for seed in seeds]
        command(targets=targets_of(areas, walks), **others)

    for option in reversed(ABOUT_TARGETS):
        together = option(together)
    return together


def NAMED(command: Callable[..., None]) -> Callable[..., None]:  # noqa: N802 - used like its neighbours
    """--baseline and --candidate, handed to the command together as `named`, by arm."""

    @click.option("--baseline", metavar="S", help="What runs today.  [default: plan-2023]")
    @click.option("--candidate", metavar="S", help="What is asked about.  [default: latest]")
    @wraps(command)
    def together(*, baseline: str | None, candidate: str | None, **others: Any) -> None:
        command(named={"baseline": baseline, "candidate": candidate}, **others)

    return together


def LENGTH(command: Callable[..., None]) -> Callable[..., None]:  # noqa: N802 - used like its neighbours
    """How much is run, handed to the command together as `length`. Raises UsageError for two lengths."""

    @click.option("--quick", is_flag=True, help="Only the scenarios that noticed most for their time: under 2 minutes.")
    @click.option("--full", is_flag=True, help="Also what takes long: under 30 minutes, in place of 10.")
    @click.option("--changed-only", is_flag=True, help="SAFE at once when your pins move nothing that the app takes.")
    @click.option("--reuse-baseline", is_flag=True, help="Take what is known of the baseline from an earlier run.")
    @click.option("--times", type=click.IntRange(1), default=1, metavar="N", help="Run all of it this often.")
    @wraps(command)
    def together(
        *, quick: bool, full: bool, changed_only: bool, reuse_baseline: bool, times: int, **others: Any
    ) -> None:
        if quick and full:
            raise UsageError("--quick and --full are two answers to how much is run: give one")
        tier = Tier.QUICK if quick else Tier.FULL if full else Tier.DEFAULT
        command(length=Length(tier, changed_only, reuse_baseline, times), **others)

    return together


DAY = click.DateTime(formats=["%Y-%m-%d"])
ABOUT_PINS = (
    click.option("--baseline-requirements", metavar="FILE", help="Your pins that run today."),
    click.option("--candidate-requirements", metavar="FILE", help="Your pins that are asked about."),
    click.option("--baseline-as-of", type=DAY, metavar="DAY", help="Resolve what today's pins leave open as of then."),
    click.option("--from-git", metavar="BASE..HEAD", help="Both files out of commits; nothing is checked out."),
    click.option("--requirements", metavar="PATH", help="That file in both.  [default: the usual one that changed]"),
    click.option("--repository", metavar="DIR", help="The repository of those commits.  [default: this folder]"),
    click.option("--python", metavar="X.Y", help="The Python of your pins.  [default: what they ask for, else 3.11]"),
)


def PINS(command: Callable[..., None]) -> Callable[..., None]:  # noqa: N802 - used like its neighbours
    """The options about a team's own pins, handed to the command together as `pins`."""

    @wraps(command)
    def together(
        *,
        baseline_requirements: str | None,
        candidate_requirements: str | None,
        baseline_as_of: dt.datetime | None,
        from_git: str | None,
        requirements: str | None,
        repository: str | None,
        python: str | None,
        **others: Any,
    ) -> None:
        files = {"baseline": baseline_requirements, "candidate": candidate_requirements}
        day = baseline_as_of.date() if baseline_as_of else None
        command(pins=PinOptions(files, day, from_git, requirements, repository, python), **others)

    for option in reversed(ABOUT_PINS):
        together = option(together)
    return together
