"""Runs a search from question to answer, and keeps it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ci import code
from ci.bisect.bench import bench
from ci.bisect.journal import Journal, resume
from ci.bisect.mixture import Mixtures
from ci.bisect.search import Search
from ci.bisect.sets import Sets
from ci.bisect.trials import Trials
from ci.bisect.words import as_data
from ci.checkout import CACHE, RUNS, STACKS
from ci.question import Question
from ci.screen import Screen
from harness.errors import UsageError
from harness.reaper import Reaper
from harness.services.provider import Choice
from harness.stack.store import Stack, Store

JOURNAL = "bisect.jsonl"
ANSWER = "bisect.json"


@dataclass(frozen=True)
class Asked:
    """What a search is asked: what makes a scenario, or a metric under load, come out otherwise on `other`.

    Each set is tried `times` rounds. `known` as collect.known says.
    """

    scenario: str
    base: Stack
    other: Stack
    times: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    known: Sequence[tuple[str, str]] = ()

    def identity(self, provider: str) -> dict[str, Any]:
        """What must be the same, on services of this provider, for a search to go on where another one was."""
        ends = [{"name": end.name, "lock": end.lock.digest} for end in (self.base, self.other)]
        facts = {"scenario": self.scenario, "ends": ends, "times": self.times, "settings": dict(self.settings)}
        return facts | {"services": provider, "code": code.digest()}

    def question(self) -> Question:
        """The question about the first end that each set is tried with."""
        locks = {"baseline": self.base}
        return Question(self.base.name, self.other.name, (self.scenario,), locks, settings=self.settings)


def bisect(asked: Asked, choice: Choice, screen: Screen) -> dict[str, Any]:
    """Search, and return the answer, which is also kept as bisect.json. Raises EndsDoNotDiffer and UsageError."""
    with Reaper() as reaper:
        store = Store(STACKS, CACHE, reaper)
        mixtures = Mixtures(asked.base, asked.other, store)
        if not mixtures.parts:
            raise UsageError(f"{asked.base.name} and {asked.other.name} are the same versions: nothing moved")
        identity = asked.identity(choice.provider)
        journal = resume(RUNS, JOURNAL, identity)
        _say_plan(asked, mixtures, journal, screen)
        question = asked.question()
        with journal.until_answered(), bench(question, store, choice, reaper, screen) as made:
            sets = Sets(mixtures, journal, store)
            trials = Trials(sets, made.oracle(question), journal, asked.times, screen)
            found = Search(trials).run()
    cost = {"run": journal.folder.name, "rounds": trials.rounds, "seconds": round(trials.seconds, 1)}
    data = identity | as_data(found, asked.known) | cost
    (journal.folder.path / ANSWER).write_text(json.dumps(data, indent=2) + "\n")
    journal.add("answer", data["sentences"])
    return data


def _say_plan(asked: Asked, mixtures: Mixtures, journal: Journal, screen: Screen) -> None:
    screen.say(f"What moved {asked.scenario}\nbetween {asked.base.name} and {asked.other.name}?")
    moved = ", ".join(f"{name} {old or 'absent'} → {new or 'absent'}" for name, (old, new) in mixtures.parts.items())
    screen.say(f"{len(mixtures.parts)} parts moved: {moved}")
    screen.say("Plan: both ends; then which parts, by delta debugging; then which release of each, by binary search.")
    screen.say(f"A set passes when {asked.times} rounds pass, and fails when one fails.")
    if done := len(journal.lines("tried")):
        screen.say(f"Goes on where it was: {done} results are known. ({journal.folder.path})")
