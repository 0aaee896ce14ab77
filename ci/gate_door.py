"""The sub-command `ci/preflight gate`."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from ci.ask import ask
from ci.asked import acceptances_of, asked
from ci.changed import changed
from ci.checkout import RECORD
from ci.gate import REPEATS
from ci.options import ACCEPTED, JSON, LENGTH, NAMED, PINS, SERVICES, SETTINGS, TARGETS
from ci.pins.arms import PinOptions
from ci.screen import Screen
from ci.selected import selected
from ci.settings import read as read_settings
from ci.tier import Length, Tier


@click.command()
@NAMED
@PINS
@SETTINGS
@ACCEPTED
@LENGTH
@TARGETS
@SERVICES
@JSON
def gate(
    *,
    named: Mapping[str, str | None],
    pins: PinOptions,
    settings: str | None,
    accepted: str | None,
    length: Length,
    targets: tuple[str, ...],
    services: str,
    as_json: bool,
) -> None:
    """Run the scenarios on two stacks and say whether the second is safe.

    S is a stack's name, optionally followed by requirements that replace its own. In its place your own pins may
    stand: a requirements.txt, `pip freeze`, uv.lock, poetry.lock or pylock.toml.

    \b
    Examples:
      ./ci/preflight gate
      ./ci/preflight gate --quick --candidate celery-5.5
      ./ci/preflight gate --baseline celery-5.5 --candidate celery-5.5+django-celery-beat==2.8.0
      ./ci/preflight gate --baseline-requirements old.txt --candidate-requirements requirements.txt --python 3.13
      ./ci/preflight gate --from-git main..HEAD --requirements requirements/production.txt
      ./ci/preflight gate --from-git main..HEAD --changed-only --full
      ./ci/preflight gate --walk 7 --steps 20
      ./ci/preflight gate --area tasks --times 20
    """
    question = replace(
        asked(named, pins.pins(), targets),
        settings=read_settings(Path(settings)) if settings else {},
        acceptances=acceptances_of(accepted),
        tier=length.tier,
        selected=selected(RECORD, targets) if length.tier is Tier.QUICK else (),
        reuse=length.reuse_baseline,
        times=length.times,
    )
    screen = Screen(to_stderr=as_json)
    if length.changed_only:
        question = changed(question, screen, as_json=as_json)
    repeats = REPEATS if length.times == 1 else 0  # whatever fails is repeated by then
    sys.exit(ask(question, services, screen, as_json=as_json, repeats=repeats))
