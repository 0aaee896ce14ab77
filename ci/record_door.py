"""The sub-command `ci/preflight record`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ci import record as records
from ci.checkout import RECORD, RUNS
from ci.run_folder import CONTROLS, RunFolder
from ci.tier import QUICK_SECONDS


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="RUN...")
def record(runs: Sequence[str]) -> None:
    """Write ci/record.json anew: what each scenario costs and which breakages it has noticed, in these runs.

    gate --quick chooses by it. RUN is a run of `gate` or of `controls`: its folder, its name or the beginning of it.

    \b
    Example:
      ./ci/preflight record 20260301T030000Z-1a2b 20260301T040000Z-3c4d
    """
    made = records.made_of([_results(one) for one in runs])
    records.write(RECORD, made)
    quick = made.quick(QUICK_SECONDS)
    took = sum(map(made.cost, quick))
    print(f"{len(made.scenarios)} scenarios, {len(made.breakages)} breakages from {len(runs)} runs, in {RECORD}")
    print(f"--quick: {len(quick)} scenarios, {took:.0f} s of {QUICK_SECONDS:g}")
    for one in quick:
        print(f"{made.cost(one):7.1f} s  {one}")


def _results(name: str) -> Mapping[str, Any]:
    for folder in (Path(name), RUNS / name):
        if (folder / CONTROLS).is_file():
            return {"run": folder.resolve().name, "controls": json.loads((folder / CONTROLS).read_text())}
    return RunFolder.find(RUNS, name).read_results()
