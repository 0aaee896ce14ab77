"""The sub-command `bisect` of `ci/preflight`."""

import json
import sys
from collections.abc import Sequence

import click

from ci.asked import DEFAULTS
from ci.bisect.run import Asked, bisect
from ci.checkout import CACHE, RUNS, STACKS
from ci.collect import collect, known
from ci.options import JSON, SERVICES
from ci.question import ALL, Question
from ci.replay import question_of
from ci.run_folder import RunFolder
from ci.screen import Screen
from harness.errors import UsageError
from harness.reaper import Reaper
from harness.services.provider import choose
from harness.stack.store import Store

MOST_NAMES = 3


@click.command("bisect")
@click.argument("run", required=False)
@click.argument("finding", required=False)
@click.option("--scenario", metavar="ID", help="Instead of a run: (the end of) a scenario's id.")
@click.option("--baseline", metavar="S", help="With --scenario: what runs today.  [default: plan-2023]")
@click.option("--candidate", metavar="S", help="With --scenario: what is asked about.  [default: latest]")
@click.option(
    "--times",
    type=click.IntRange(1),
    default=2,
    show_default=True,
    metavar="N",
    help="Rounds for each set. One that fails makes it fail, so more of them find what strikes seldom.",
)
@SERVICES
@JSON
def bisect_command(
    *,
    run: str | None,
    finding: str | None,
    scenario: str | None,
    baseline: str | None,
    candidate: str | None,
    times: int,
    services: str,
    as_json: bool,
) -> None:
    """Find which package, and which release of it, breaks or fixes a scenario.

    FINDING of RUN says which: a finding's id or (the end of) a scenario's. Both stacks are run first; then sets
    between them, as few as possible. The same command again goes on where it was, if it was ended.

    \b
    Exit codes: 0 found, 2 usage error, 3 not found (flaky, or the stacks do not differ), 4 unresolvable.

    \b
    Examples:
      ./ci/preflight bisect latest 5c0ffee5
      ./ci/preflight bisect --scenario test_results.py::test_when_it_was_done --candidate celery-5.5 --times 3
    """
    screen = Screen(to_stderr=as_json)
    with Reaper() as reaper:
        store = Store(STACKS, CACHE, reaper)
        if run and not (scenario or baseline or candidate):
            question = question_of(RunFolder.find(RUNS, run), finding, store)
        elif scenario and not run:
            question = _question(store, scenario, baseline, candidate)
        else:
            raise UsageError("name either a RUN and its FINDING, or a --scenario and two stacks")
        asked = _asked(question, store, times)
    data = bisect(asked, choose(services), screen)
    screen.say("")
    for culprit in data["culprits"]:
        screen.say("\n".join(culprit["seen"].values()))
    for sentence in data["sentences"]:
        screen.say(sentence)
    screen.say(f"{data['rounds']} rounds in {data['seconds']:.0f} s. Evidence: {RUNS / data['run']}")
    if as_json:
        print(json.dumps(data, indent=2))
    sys.exit(0 if data["culprits"] else 3)


def _question(store: Store, scenario: str, baseline: str | None, candidate: str | None) -> Question:
    names = {"baseline": baseline or DEFAULTS["baseline"], "candidate": candidate or DEFAULTS["candidate"]}
    for name in names.values():
        store.check(name)
    fitting = [one for one in collect(ALL) if one.endswith(scenario)]
    if len(fitting) != 1:
        problem = f"{len(fitting)} scenarios are" if fitting else "no scenario is"
        have = f": {', '.join(fitting[:MOST_NAMES])}" if fitting else " (preflight scenarios lists them)"
        raise UsageError(f"{problem} called {scenario!r}{have}")
    return Question(names["baseline"], names["candidate"], tuple(fitting))


def _asked(question: Question, store: Store, times: int) -> Asked:
    if len(question.targets) != 1:
        raise UsageError(f"{len(question.targets)} findings are in that run: name one of them")
    [scenario] = question.targets
    base, other = (question.locks.get(arm) or store.get(question.named(arm)) for arm in ("baseline", "candidate"))
    return Asked(scenario, base, other, times, question.settings, _known(scenario))


def _known(scenario: str) -> Sequence[tuple[str, str]]:
    """See collect.known; a whole file has no marks, and pytest knows nothing of what the load comparison tells."""
    return known(scenario) if scenario.startswith("scenarios/") and "::" in scenario else ()
