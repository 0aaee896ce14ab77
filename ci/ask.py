"""Asks the gate one question from plan to verdict, whatever happens on the way."""

import json
import shlex
import sys
import time
from collections.abc import Sequence

from ci.attempt import attempt, on_one_line
from ci.checkout import RUNS
from ci.endings import deaf, listen
from ci.findings import findings
from ci.gate import REPEATS, Gate
from ci.moments_table import rows
from ci.observations import summary
from ci.plan import Step
from ci.question import Question
from ci.report.write import write
from ci.results import as_data, junit
from ci.run_folder import RunFolder
from ci.screen import Screen
from ci.settings import told
from ci.verdict import Verdict, judge
from ci.walks import told as told_walks
from harness.reaper import Reaper
from harness.services.provider import choose


def ask(question: Question, services: str, screen: Screen, *, as_json: bool = False, repeats: int = REPEATS) -> int:
    """Run the gate on a question; print, keep and return the answer's exit code.

    Raises UsageError before anything has run. Afterwards every trouble, Ctrl-C included, becomes a verdict.
    """
    choice = choose(services)
    screen.say(f"Services: {choice.provider}. {choice.reason}")
    if question.settings:
        screen.say(f"Settings laid over the app on both: {told(question.settings)}")
    listen()
    begun = time.monotonic()
    with Reaper() as reaper:
        gate = Gate(question, RunFolder.create(RUNS), choice, reaper, screen, repeats)
        steps = gate.steps()
        verdict = _carry_out(gate, steps, screen)
        deaf()  # what is known is kept now, however often somebody asks us to end
        keep(gate, verdict, steps, time.monotonic() - begun)
        report(gate, screen)
        _show(gate, verdict, screen)
        gate.close()
    if as_json:
        print(json.dumps(gate.folder.read_results(), indent=2))
    return verdict.answer.value


def _carry_out(gate: Gate, steps: Sequence[Step], screen: Screen) -> Verdict:
    stopped = attempt(steps, gate.folder, screen, first=lambda: _tell_moments_and_walks(gate, screen))
    return stopped or judge(gate.comparisons(), gate.limits(), gate.question.before, gate.accepted())


def _tell_moments_and_walks(gate: Gate, screen: Screen) -> None:
    if walk := gate.moments():
        screen.say(f"Through the moments of the upgrade, on both:\n{walk}")
        (gate.folder.path / "moments.txt").write_text(walk)
    if walks := told_walks(gate.question.targets):
        screen.say(walks)
        (gate.folder.path / "walks.txt").write_text(walks)


def keep(gate: Gate, verdict: Verdict, steps: Sequence[Step], seconds: float) -> None:
    """Write what a gate has come to into its folder: results.json and junit.xml."""
    command = shlex.join(["./ci/preflight", *sys.argv[1:]])
    gate.folder.write_results(as_data(gate, verdict, steps, seconds) | {"command": command})
    (gate.folder.path / "junit.xml").write_bytes(junit(gate))


def report(gate: Gate, screen: Screen) -> None:
    """A report that cannot be written takes nothing from the answer: the evidence is kept by now."""
    try:
        write(gate.folder)
    except Exception as error:  # noqa: BLE001 - as above
        screen.say(f"No report was written: {on_one_line(error)}. Try ./ci/preflight report {gate.folder.name}")


def _show(gate: Gate, verdict: Verdict, screen: Screen) -> None:
    comparisons = gate.comparisons()
    if comparisons:
        screen.table(gate, comparisons)
        screen.faults(comparisons)
        screen.replayed(gate.question.before, comparisons)
        if moments := rows(comparisons):
            screen.moments(moments)
        screen.observations(summary(gate.differences()), str(gate.folder.path))
        screen.findings(findings(comparisons, gate.folder.name), gate.folder.name, gate.accepted())
    screen.verdict(verdict, str(gate.folder.path))
