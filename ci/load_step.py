"""The load comparison as a part of a gate's run: its steps, and what they found in the gate's own terms."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from ci.attempt import on_one_line
from ci.checkout import THRESHOLDS
from ci.comparison import Change, Comparison
from ci.loads.data import Facts, as_data
from ci.loads.design import AB
from ci.loads.judging import judge
from ci.loads.keep import keep
from ci.loads.outcomes import Pair, ended, outcomes
from ci.loads.trial import LoadTrial, LoadWatch
from ci.plan import Step
from ci.question import ARMS, LOAD_ROUNDS, Question
from ci.run_folder import RunFolder
from ci.suite import interpreter_of
from harness.errors import BrokenPromise, PreflightError
from harness.outcomes import UNKNOWN, Outcome
from harness.reaper import Reaper
from harness.services.pool import Services
from harness.stack.store import Built
from load import thresholds
from load.arm import Arm, Servers
from load.comparison import harms, weighed

TITLE = f"load both in turns, {AB.rounds} rounds of each: {AB.words}"


class LoadStep:
    """Loads a gate's two stacks, once or more often, and keeps what came of it. Not for judging the gate's run."""

    def __init__(
        self,
        question: Question,
        folder: RunFolder,
        services: Callable[[], Services],
        built: Callable[[], Mapping[str, Built]],
        reaper: Reaper,
    ) -> None:
        self._question = question
        self._folder = folder
        self._services = services
        self._built = built
        self._reaper = reaper
        self._rounds: list[dict[str, Pair]] = []  # as many as were asked for
        self._again: dict[str, Pair] = {}  # the one that confirms

    def steps(self, *, confirm: bool) -> list[Step]:
        """The plan; with `confirm`, both are loaded once more when a metric got worse."""
        plan = [Step(TITLE, partial(self._round, "load"))]
        plan += [
            Step(f"load them again, round {number} of {self._question.times}", partial(self._round, f"load-{number}"))
            for number in range(2, self._question.times + 1)
        ]
        return [*plan, Step("load both again, if a metric got worse", self._confirm)] if confirm else plan

    def comparisons(self) -> list[Comparison]:
        """What is known so far of each metric, or of those that were asked for by name."""
        if not self._rounds:
            return []
        first, *later = self._rounds
        return [self._comparison(key, pair, later) for key, pair in first.items() if self._question.asks_for(key)]

    def _comparison(self, key: str, pair: Pair, later: list[dict[str, Pair]]) -> Comparison:
        one = Comparison(key, *pair, tuple(_of(found, key) for found in later))
        if self._again and one.change is Change.REGRESSED:
            return replace(one, repeats=(*one.repeats, _of(self._again, key)))
        return one

    def _round(self, name: str) -> str:
        found, remark = self._measure(name)
        self._rounds.append(found)
        return remark

    def _confirm(self) -> str:
        suspects = [one for one in self.comparisons() if one.change is Change.REGRESSED]
        if not suspects:
            return "nothing to repeat"
        self._again, remark = self._measure("load-again")
        left = sum(one.change is Change.REGRESSED for one in self.comparisons())
        return f"{left} of {len(suspects)} worse again: {remark}"

    def _measure(self, name: str) -> tuple[dict[str, Pair], str]:
        """One whole comparison: outcomes by id, and a remark. What stops it is an outcome as well, not an error."""
        folder = self._folder.step_folder(name)
        trial = LoadTrial(ARMS, AB, self._arms, partial(self._servers, folder), LoadWatch())
        begun = os.getloadavg()[0]
        try:
            for step in (steps := trial.steps()):
                step.remark = step.action()
        except (PreflightError, BrokenPromise) as error:
            return ended(on_one_line(error)), f"ended by {error}"
        finally:
            trial.close()
        told, bad = weighed(trial.rounds, ARMS, thresholds.read(THRESHOLDS)), harms(trial.rounds, ARMS)
        verdict = judge(told, bad)
        averages = (begun, os.getloadavg()[0])
        facts = Facts(self._folder.name, "", "stacks", self._services().provider, AB, averages)
        trouble = keep(folder, as_data(facts, self._arms(), trial.rounds, told, verdict, steps))
        return outcomes(told, bad), "; ".join(filter(None, [verdict.reasons[0], trouble]))

    def _arms(self) -> list[Arm]:
        settings = self._question.settings
        return [Arm(arm, interpreter_of(self._built()[arm]), laid_over=settings) for arm in ARMS]

    def _servers(self, folder: Path) -> Servers:
        services = self._services()
        return Servers(services.redis("load"), services.postgres(), folder, self._reaper)


def _of(found: Mapping[str, Pair], key: str) -> Pair:
    """The outcomes of a metric in a later comparison, unknown when that one did not come to its end."""
    why = found[LOAD_ROUNDS][1].cause if LOAD_ROUNDS in found else "it was not measured"
    unknown = Outcome(key, UNKNOWN, why)
    return found.get(key, (unknown, unknown))
