"""An oracle for what no stack shows by itself: metrics under load, and recorded facts that a rule minds."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ci import rules
from ci.bisect.oracle import decisive
from ci.checkout import RULES
from ci.gate import Gate
from ci.inert import one_line
from ci.plan import carry_out
from ci.question import Question
from ci.run_folder import RunFolder
from ci.suite import Watch
from harness.errors import PreflightError
from harness.outcomes import UNKNOWN, Outcome
from harness.reaper import Reaper
from harness.services.provider import Choice
from harness.stack.store import Stack


def needs_both(finding: str) -> bool:
    """True for a finding that only shows when a stack is compared with the baseline."""
    return not finding.startswith("scenarios/") or bool(rules.read(RULES))


class Gated:
    """Asks the gate about each stack after the question's baseline; its targets are the findings."""

    at_once = 1  # each has both stacks up already

    def __init__(self, question: Question, choice: Choice, reaper: Reaper) -> None:
        self._question = question
        self._choice = choice
        self._reaper = reaper

    def outcomes(self, stacks: Sequence[Stack], folder: Path) -> list[Outcome]:
        """See Oracle.outcomes. A gate that did not come to its end has told nothing."""
        folder.mkdir(parents=True)
        return [self._outcome(stack, folder) for stack in stacks]

    def _outcome(self, stack: Stack, folder: Path) -> Outcome:
        findings = self._question.targets
        locks = {**self._question.locks, "candidate": stack}
        question = replace(self._question, candidate=stack.name, locks=locks, before={}, times=1)
        gate = Gate(question, RunFolder(folder), self._choice, self._reaper, Watch(), repeats=0)
        try:
            carry_out(gate.steps(), lambda *_: None, lambda *_: None)
            told = {one.scenario: one.candidate for one in gate.comparisons()}
        except PreflightError as error:
            return Outcome(findings[0], UNKNOWN, one_line(str(error)))
        finally:
            gate.close()
        return decisive([told.get(one) or Outcome(one, UNKNOWN, "the gate did not tell") for one in findings])
