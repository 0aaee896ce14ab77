"""The sub-commands of `ci/preflight stacks`."""

import json

import click

from ci.checkout import CACHE, STACKS
from ci.options import JSON
from ci.screen import Screen
from harness.reaper import Reaper
from harness.stack.store import Store


@click.group()
def stacks() -> None:
    """List the stacks, or renew one's lock.

    \b
    Example:
      ./ci/preflight stacks list
    """


@stacks.command("list")
@JSON
def list_stacks(as_json: bool) -> None:
    """Every stack with its day and the versions that matter most.

    \b
    Example:
      ./ci/preflight stacks list
    """
    with Reaper() as reaper:
        store = Store(STACKS, CACHE, reaper)
        found = {name: store.describe(name) for name in store.names()}
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        Screen().stacks(found)


@stacks.command()
@click.argument("name")
def lock(name: str) -> None:
    """Resolve NAME anew and write its lock; says what moved.

    \b
    Example:
      ./ci/preflight stacks lock latest
    """
    with Reaper() as reaper:
        changes = Store(STACKS, CACHE, reaper).renew(name)
    for package, (old, new) in changes.items():
        print(f"{package}: {old or 'absent'} → {new or 'absent'}")
    print(f"{name}: {len(changes)} packages moved")
