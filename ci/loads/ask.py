"""Asks a load question from plan to verdict, whatever happens on the way."""

import shlex
import sys
from collections.abc import Sequence

from ci.attempt import attempt
from ci.checkout import RUNS, THRESHOLDS
from ci.endings import deaf, listen
from ci.loads.keep import keep
from ci.loads.question import LoadQuestion
from ci.loads.run import LoadRun
from ci.loads.screen import LoadScreen
from ci.plan import Step
from ci.run_folder import RunFolder
from ci.verdict import Verdict
from harness.reaper import Reaper
from harness.services.provider import choose
from load import thresholds


def ask_load(question: LoadQuestion, services: str, screen: LoadScreen, *, as_json: bool = False) -> int:
    """Carry out a load question; print, keep and return the answer's exit code.

    Raises UsageError before anything has run. Afterwards every trouble, Ctrl-C included, becomes a verdict.
    """
    choice, allowed = choose(services), thresholds.read(THRESHOLDS)
    screen.say(f"Services: {choice.provider}. {choice.reason}")
    with Reaper() as reaper:
        run = LoadRun(question, allowed, RunFolder.create(RUNS), choice, reaper, screen)
        listen()
        steps = run.steps()
        verdict = attempt(steps, run.folder, screen) or run.judged()
        deaf()
        _keep(run, verdict, steps, screen)
        _show(run, verdict, steps, screen)
        run.close()
    if as_json:
        print((run.folder.path / "load.json").read_text())
    return verdict.answer.value


def _keep(run: LoadRun, verdict: Verdict, steps: Sequence[Step], screen: LoadScreen) -> None:
    command = shlex.join(["./ci/preflight", *sys.argv[1:]])
    if trouble := keep(run.folder.path, run.as_data(verdict, list(steps), command)):
        screen.say(trouble)


def _show(run: LoadRun, verdict: Verdict, steps: Sequence[Step], screen: LoadScreen) -> None:
    data = run.as_data(verdict, list(steps), "")
    if data["answers"]:
        screen.answers(data)
    if run.question.kind == "ways" and data["rounds"]:
        screen.ways(data)
    screen.verdict(verdict, str(run.folder.path))
