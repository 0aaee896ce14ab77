"""Runs the search for the furthest safe set from question to answer, and keeps it."""

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from ci import code
from ci.advise.ascent import ascend
from ci.advise.gates import Gates
from ci.advise.hold import Holder
from ci.advise.words import as_data
from ci.bisect.bench import bench
from ci.bisect.journal import Journal, resume
from ci.checkout import CACHE, RUNS, STACKS
from ci.question import Question
from ci.screen import Screen
from harness.reaper import Reaper
from harness.services.provider import Choice
from harness.stack.definition import Definition
from harness.stack.lock import moved
from harness.stack.store import Stack, Store

JOURNAL = "advise.jsonl"
ANSWER = "advise.json"
PINS = "advised.txt"
TIMES = 2  # rounds for each set of the search; what comes of it is confirmed by the whole gate


@dataclass(frozen=True)
class Wish:
    """How far one would like to go: the question's candidate, on `python` (a minor version; None: the baseline's)."""

    question: Question
    python: str | None

    def furthest(self, store: Store) -> Definition:
        """The candidate's definition on that Python, by the candidate's day."""
        name, *overlay = self.question.candidate.split("+")
        python = self.python or store.get(self.question.baseline).python.minor
        wanted = store.definition(name).with_requirements(tuple(overlay))
        return replace(wanted, python=python, as_of=store.get(self.question.candidate).day)

    def identity(self, baseline: Stack, newest: Stack, provider: str) -> dict[str, Any]:
        """What must be the same, on services of this provider, for a search to go on where another one was."""
        question = self.question
        accepted = [json.dumps(asdict(one), default=str) for one in question.acceptances]
        facts = {"targets": list(question.targets), "settings": dict(question.settings), "accepted": accepted}
        ends = {"baseline": baseline.lock.digest, "newest": newest.lock.digest, "times": TIMES}
        return ends | facts | {"services": provider, "code": code.digest()}


def advise(wish: Wish, choice: Choice, screen: Screen) -> dict[str, Any]:
    """Search, and return the answer, which is also kept as advise.json. Raises as the gate and the search do."""
    with Reaper() as reaper:
        store = Store(STACKS, CACHE, reaper)
        baseline, wanted = store.get(wish.question.baseline), wish.furthest(store)
        newest = store.resolve(wanted)
        journal = resume(RUNS, JOURNAL, wish.identity(baseline, newest, choice.provider))
        _say_plan(baseline, newest, journal, screen)
        question = replace(wish.question, locks={"baseline": baseline})
        gates = Gates(question, choice, reaper, screen, journal)
        with journal.until_answered(), bench(question, store, choice, reaper, screen) as made:
            holder = Holder(newest, question, made, journal, TIMES, screen)
            advice = ascend(newest, question.targets, gates, holder.hold)
        data = as_data(advice, gates.passed, newest) | {"run": journal.folder.name}
    (journal.folder.path / ANSWER).write_text(json.dumps(data, indent=2) + "\n")
    (journal.folder.path / PINS).write_text(advice.stack.lock.text)
    journal.add("answer", data["pins"])
    return data


def _say_plan(baseline: Stack, newest: Stack, journal: Journal, screen: Screen) -> None:
    apart = moved(baseline.pins, newest.pins)
    screen.say(f"How far can one go from {baseline.name} towards {newest.name}, on Python {newest.python.version}?")
    screen.say(", ".join(f"{name} {old or 'absent'} → {new or 'absent'}" for name, (old, new) in apart.items()))
    screen.say("Plan: the gate on everything newest; the least to hold back, by what fails there; the gate on that;")
    screen.say(f"one step beyond it. In between a set passes when {TIMES} rounds pass, and fails when one fails.")
    if done := len(journal.lines("gate")):
        screen.say(f"Goes on where it was: {done} gates are known. ({journal.folder.path})")
