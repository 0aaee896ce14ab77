"""The sub-commands of `ci/preflight`."""

import json
import os
import sys
from collections.abc import Sequence

import click

from ci.ask import ask
from ci.checkout import CACHE, ROOT, RUNS, STACKS, areas
from ci.collect import collect
from ci.controls_run import run_controls
from ci.gate import ALL, Question
from ci.plan_table import table
from ci.replay import question_of
from ci.report.write import write
from ci.run_folder import RunFolder
from ci.screen import Screen, complain
from harness.errors import PreflightError, UsageError
from harness.reaper import Reaper
from harness.stack.store import Store

SERVICES = click.option(
    "--services",
    type=click.Choice(["auto", "container", "embedded"]),
    default="auto",
    help="Who provides Redis and PostgreSQL. auto: containers when an engine answers, else embedded.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print the answer as JSON on standard output.")


def main() -> None:
    """Run a sub-command; every error is one line and its documented exit code."""
    try:
        door.main(standalone_mode=False)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except click.exceptions.NoArgsIsHelpError as error:
        complain(error.ctx.get_help() if error.ctx else error.format_message(), prefix="")
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


@door.command()
@click.option("--baseline", default="plan-2023", show_default=True, metavar="S", help="What runs today.")
@click.option("--candidate", default="latest", show_default=True, metavar="S", help="What is asked about.")
@click.option("--area", "chosen", multiple=True, metavar="A", help="Only this area of scenarios; may be repeated.")
@SERVICES
@JSON
def gate(baseline: str, candidate: str, chosen: Sequence[str], services: str, as_json: bool) -> None:
    """Run the scenarios on two stacks and say whether the second is safe.

    S is a stack's name, optionally followed by requirements that replace its own.

    \b
    Examples:
      ./ci/preflight gate
      ./ci/preflight gate --candidate celery-5.5
      ./ci/preflight gate --baseline celery-5.5 --candidate celery-5.5+django-celery-beat==2.8.0
    """
    question = Question(baseline, candidate, _targets(chosen))
    _check_names(question)
    sys.exit(ask(question, services, Screen(to_stderr=as_json), as_json=as_json))


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
@click.argument("run")
@click.argument("scenario", required=False)
@SERVICES
@JSON
def replay(run: str, scenario: str | None, services: str, as_json: bool) -> None:
    """Repeat what RUN holds, on both its stacks exactly as they were, with the logs on the terminal.

    RUN is a run's folder, its name or the beginning of it, or "latest". SCENARIO is a finding's id or (the end of)
    a scenario's; without it every finding of the run is repeated.

    \b
    Examples:
      ./ci/preflight replay latest
      ./ci/preflight replay 20260301T030000Z-1a2b 5c0ffee5
    """
    with Reaper() as reaper:
        question = question_of(RunFolder.find(RUNS, run), scenario, Store(STACKS, CACHE, reaper))
    sys.exit(ask(question, services, Screen(to_stderr=as_json, follow_logs=True), as_json=as_json, repeats=0))


@door.group()
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


@door.command()
@click.option("--area", "chosen", multiple=True, metavar="A", help="Only this area; may be repeated.")
@click.option("--on", "stack", default="latest", show_default=True, metavar="S", help="The stack to run on.")
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
    guards = collect(_targets(chosen))
    if by_plan:
        lines = table(guards)
        print(json.dumps(lines, indent=2)) if as_json else Screen().plan_table(lines)
        sys.exit(0 if all(scenarios for _, scenarios in lines.values()) else 1)
    else:
        print(json.dumps(list(guards), indent=2) if as_json else "\n".join(guards))


def _targets(chosen: Sequence[str]) -> tuple[str, ...]:
    """The folders of the chosen areas, or all of them. Raises UsageError for one that does not exist."""
    for area in chosen:
        if area not in areas():
            raise UsageError(f"no area is called {area!r}: there are {', '.join(areas())}")
    return tuple(f"scenarios/{area}" for area in dict.fromkeys(chosen)) or ALL


def _check_names(question: Question) -> None:
    """Refuse names and requirements that mean nothing before a run begins."""
    with Reaper() as reaper:
        store = Store(STACKS, CACHE, reaper)
        store.check(question.baseline)
        store.check(question.candidate)
