"""Whole gates inside a search: each a run of its own with its report, and remembered."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ci.ask import keep, report
from ci.bisect.journal import Journal
from ci.checkout import RUNS
from ci.comparison import Change
from ci.gate import Gate
from ci.plan import carry_out, describe
from ci.question import Question
from ci.run_folder import RunFolder
from ci.screen import Screen
from ci.verdict import Answer, judge
from harness.reaper import Reaper
from harness.services.provider import Choice
from harness.stack.store import Stack


@dataclass(frozen=True)
class Passage:
    """What a gate said: the answer's name, its reasons, what blocks (scenarios), in which run, how long (seconds)."""

    answer: str
    reasons: list[str]
    blocking: list[str]
    run: str
    seconds: float

    @property
    def is_safe(self) -> bool:
        """True for SAFE alone."""
        return self.answer == Answer.SAFE.name


class Gates:
    """Asks the gate whether candidates are safe after one baseline, as the question says but for the candidate."""

    def __init__(self, question: Question, choice: Choice, reaper: Reaper, screen: Screen, journal: Journal) -> None:
        self._question = question
        self._choice = choice
        self._reaper = reaper
        self._screen = screen
        self._journal = journal

    @property
    def passed(self) -> list[Passage]:
        """All that were asked, in this process and in those before it."""
        return [Passage(**line["said"]) for line in self._journal.lines("gate")]

    def on(self, candidate: Stack, targets: Sequence[str]) -> Passage:
        """What the gate says of a candidate, once; where it was not certain it is asked again."""
        asked = [candidate.lock.digest, *targets]
        for line in self._journal.lines("gate"):
            known = Passage(**line["said"])
            if line["asked"] == asked and known.answer != Answer.INCONCLUSIVE.name:
                return known
        passage = self._run(candidate, tuple(targets))
        self._journal.add("gate", {"asked": asked, "said": vars(passage)})
        return passage

    def _run(self, candidate: Stack, targets: tuple[str, ...]) -> Passage:
        locks = {"baseline": self._question.locks["baseline"], "candidate": candidate}
        question = replace(self._question, candidate=candidate.name, targets=targets, locks=locks)
        gate = Gate(question, RunFolder.create(RUNS), self._choice, self._reaper, self._screen)
        steps, begun = gate.steps(), time.monotonic()
        gate.folder.write_plan(describe(steps))
        try:
            carry_out(steps, self._screen.before, self._screen.after)
        finally:
            gate.close()
        verdict = judge(gate.comparisons(), gate.limits(), accepted=gate.accepted())
        seconds = time.monotonic() - begun
        keep(gate, verdict, steps, seconds)
        report(gate, self._screen)
        self._screen.verdict(verdict, str(gate.folder.path))
        regressed = [one.scenario for one in gate.comparisons() if one.change is Change.REGRESSED]
        blocking = [one for one in regressed if one not in gate.accepted().held]
        return Passage(verdict.answer.name, list(verdict.reasons), blocking, gate.folder.name, round(seconds, 1))
