"""The sub-commands of `ci/preflight`."""

import datetime as dt
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from ci.accepted import acceptance
from ci.accepted import read as read_acceptances
from ci.accepted import write as write_acceptances
from ci.advise_door import advise_command
from ci.ask import ask
from ci.asked import targets_of
from ci.bisect_door import bisect_command
from ci.checkout import ACCEPTED as ACCEPTED_FILE
from ci.checkout import CACHE, ROOT, RUNS, STACKS
from ci.collect import collect
from ci.controls_run import run_controls
from ci.gate_door import gate
from ci.load_door import load
from ci.options import ACCEPTED, DAY, JSON, SERVICES
from ci.plan_table import table
from ci.record_door import record
from ci.replay import question_of
from ci.report.write import write
from ci.run_folder import RunFolder
from ci.screen import Screen, complain
from ci.stacks_door import stacks
from harness.errors import PreflightError, UsageError
from harness.reaper import Reaper
from harness.stack.store import Store


def main() -> None:
    """Run a sub-command; every error is one line and its documented exit code."""
    try:
        door.main(prog_name="preflight", standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        sys.stderr.write(f"{error.ctx.get_help() if error.ctx else error.format_message()}\n")
        sys.exit(2)
    except click.ClickException as error:
        complain(f"{error.format_message()} (see --help)")
        sys.exit(2)
    except PreflightError as error:
        complain(str(error))
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted")
        sys.exit(3)
    except Exception as error:  # noqa: BLE001 - exit code 1 means BLOCKED, so no error may end with it
        complain(str(error) or type(error).__name__)
        sys.exit(3)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def door() -> None:
    """Is it safe to move this app from one set of versions to another?

    \b
    Exit codes of gate and replay:
      0  SAFE          nothing that works on the baseline fails on the candidate
      1  BLOCKED       something does, and did so again when repeated
      2  usage error
      3  INCONCLUSIVE  nothing ran, a service died, or a difference did not repeat
      4  UNRESOLVABLE  the versions cannot be installed together
    """


for command in (gate, stacks, record, load, bisect_command, advise_command):
    door.add_command(command)


@door.command(context_settings={"ignore_unknown_options": True, "help_option_names": ["-h", "--help"]})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def test(arguments: Sequence[str]) -> None:
    """Run the project's own tests, and every scenario on the project environment.

    ARGUMENTS go to pytest.

    \b
    Examples:
      ./ci/preflight test
      ./ci/preflight test scenarios/retention -x
    """
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *arguments])  # noqa: S606 - in our place: whoever ends us ends it


@door.command()
@click.argument("run")
@click.argument("scenario", required=False)
@click.option("--times", type=click.IntRange(1), default=1, metavar="N", help="Run it this often; each round is shown.")
@click.option(
    "--keep", is_flag=True, help="Leave everything up after the first round that fails, with a shell into it."
)
@click.option("--on", "stack", metavar="S", help="Try it on this stack, in the candidate's place.")
@SERVICES
@JSON
def replay(
    *, run: str, scenario: str | None, times: int, keep: bool, stack: str | None, services: str, as_json: bool
) -> None:
    """Repeat what RUN holds, on both its stacks exactly as they were, with the logs on the terminal.

    RUN is a run's folder, its name or the beginning of it, or "latest". SCENARIO is a finding's id or (the end of)
    a scenario's; without it every finding of the run is repeated.

    \b
    Examples:
      ./ci/preflight replay latest
      ./ci/preflight replay 20260301T030000Z-1a2b 5c0ffee5 --times 5
      ./ci/preflight replay latest 5c0ffee5 --on celery-5.6 --keep
    """
    with Reaper() as reaper:
        store = Store(STACKS, CACHE, reaper)
        question = replace(question_of(RunFolder.find(RUNS, run), scenario, store, stack), times=times, keep=keep)
    if keep and as_json:
        raise UsageError("--keep opens a shell, whose output would be mixed with that of --json: choose one")
    if keep and question.loads:
        raise UsageError("--keep is for a scenario: what a metric was read off is in the run's load.html")
    if keep and len(question.targets) > 1:
        raise UsageError(f"--keep is for one scenario, and these are {len(question.targets)}: name one of the findings")
    sys.exit(ask(question, services, Screen(to_stderr=as_json, follow_logs=True), as_json=as_json, repeats=0))


@door.command()
@click.argument("run")
def report(run: str) -> None:
    """Write report.html and summary.md of RUN anew, from its folder alone.

    RUN is a run's folder, its name or the beginning of it, or "latest".

    \b
    Example:
      ./ci/preflight report latest
    """
    for path in write(RunFolder.find(RUNS, run)):
        print(path)


@door.command()
@click.option("--area", "chosen", multiple=True, metavar="A", help="Only this area; may be repeated.")
@click.option("--on", "stack", default="", metavar="S", help="The stack to run on.  [default: the area's own]")
@SERVICES
def controls(chosen: Sequence[str], stack: str, services: str) -> None:
    """Break the app on purpose, in one small way after another, and list the breakages that no scenario notices.

    \b
    Example:
      ./ci/preflight controls --area retention
    """
    sys.exit(run_controls(chosen, stack, services, Screen()))


@door.command()
@click.option("--area", "chosen", multiple=True, metavar="A", help="Only this area; may be repeated.")
@click.option("--plan", "by_plan", is_flag=True, help="By the lines of the plan that they guard.")
@JSON
def scenarios(chosen: Sequence[str], by_plan: bool, as_json: bool) -> None:
    """List the scenarios by id, or which of them guard which line of the plan.

    \b
    Examples:
      ./ci/preflight scenarios --area delivery
      ./ci/preflight scenarios --plan
    """
    guards = collect(targets_of(chosen))
    if by_plan:
        lines = table(guards)
        print(json.dumps(lines, indent=2)) if as_json else Screen().plan_table(lines)
        sys.exit(0 if all(scenarios for _, scenarios in lines.values()) else 1)
    else:
        print(json.dumps(list(guards), indent=2) if as_json else "\n".join(guards))


@door.command()
@click.argument("run")
@click.argument("finding")
@click.option("--because", required=True, metavar="TEXT", help="Why this difference is fine.")
@click.option("--until", type=DAY, metavar="DAY", help="The last day on which it is; afterwards it blocks again.")
@ACCEPTED
def accept(run: str, finding: str, because: str, until: dt.datetime | None, accepted: str | None) -> None:
    """Live with a FINDING of RUN: write it, with the reason, into a file for your team to commit.

    It then no longer blocks between versions within those of the run, as long as its cause stays the same.

    \b
    Example:
      ./ci/preflight accept latest 5c0ffee5 --because "errors are logged elsewhere" --until 2027-01-31
    """
    results = RunFolder.find(RUNS, run).read_results()
    new = acceptance(results, finding, because, dt.datetime.now(dt.UTC).date(), until.date() if until else None)
    path = Path(accepted) if accepted else ACCEPTED_FILE
    write_acceptances(path, [*(one for one in read_acceptances(path) if one.id != new.id), new])
    Screen().say(f"{finding} is accepted{f' until {new.until}' if new.until else ''}, in {path}: {new.scenario}")
