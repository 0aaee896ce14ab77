"""Carries out a load question: stacks, servers, the trial, and what is kept of it."""

import os
import platform
import sys
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from functools import partial
from typing import Any

from ci.checkout import CACHE, STACKS
from ci.control import broken_app
from ci.loads.data import Facts, as_data
from ci.loads.judging import beside, judge
from ci.loads.question import PROJECT, LoadQuestion, Side
from ci.loads.trial import LoadTrial, LoadWatch
from ci.plan import Step
from ci.remarks import resolved
from ci.run_folder import RunFolder
from ci.suite import interpreter_of
from ci.verdict import Verdict
from harness.processes.interpreter import Interpreter, installed
from harness.processes.launcher import TODAYS_APP
from harness.reaper import Reaper
from harness.services.pool import Services
from harness.services.provider import Choice
from harness.stack.store import Built, Stack, Store
from load.arm import Arm, Servers
from load.comparison import counts, harms, weighed
from load.statistics import Weighed
from load.thresholds import Threshold


class LoadRun:
    """One run from its plan to its numbers. Not for printing."""

    def __init__(
        self,
        question: LoadQuestion,
        thresholds: Mapping[str, Threshold],
        folder: RunFolder,
        choice: Choice,
        reaper: Reaper,
        watch: LoadWatch,
    ) -> None:
        self.question = question
        self.folder = folder
        self.choice = choice
        self.arms: list[Arm] = []
        self._thresholds = thresholds
        self._store = Store(STACKS, CACHE, reaper)
        self._stacks: dict[str, Stack] = {}
        self._built: dict[str, Built] = {}
        self._open = ExitStack()
        self._reaper = reaper
        self._services = self._open.enter_context(Services(choice.provider, reaper))
        self._average = os.getloadavg()[0]
        self._trial = LoadTrial(self.names, question.design, self._make_arms, self._servers, watch)

    @property
    def names(self) -> tuple[str, ...]:
        """The sides' names."""
        return tuple(side.name for side in self.question.sides)

    def steps(self) -> list[Step]:
        """The plan. Nothing has run yet."""
        plan = [Step(f"resolve {name}", partial(self._resolve, name)) for name in self.question.stacks]
        plan += [Step(f"build {name}", partial(self._build, name)) for name in self.question.stacks]
        plan += [Step(f"start Redis and PostgreSQL ({self.choice.provider})", self._start_services)]
        return plan + self._trial.steps()

    def answers(self) -> list[Weighed]:
        """What is known so far of each metric; nothing where ways stand beside one another."""
        if self.question.kind != "stacks":
            return []
        return weighed(self._trial.rounds, (self.names[0], self.names[1]), self._thresholds)

    def judged(self) -> Verdict:
        """The verdict on what was measured."""
        if self.question.kind == "stacks":
            return judge(self.answers(), harms(self._trial.rounds, (self.names[0], self.names[1])))
        return beside({name: counts(self._trial.rounds, name) for name in self.names})

    def as_data(self, verdict: Verdict, steps: list[Step], command: str) -> dict[str, Any]:
        """The content of load.json."""
        question, averages = self.question, (self._average, os.getloadavg()[0])
        facts = Facts(self.folder.name, command, question.kind, self.choice.provider, question.design, averages)
        return as_data(facts, self.arms, self._trial.rounds, self.answers(), verdict, steps)

    def close(self) -> None:
        """Stop everything. What cannot be stopped any more is left to the guardian."""
        with suppress(Exception):
            self._trial.close()
        with suppress(Exception):
            self._open.close()

    def _resolve(self, name: str) -> str:
        stack = self._stacks[name] = self._store.get(name)
        for side in self.question.sides:
            if side.stack == name:
                self.folder.write_lock(side.name, stack)
        return resolved(stack)

    def _build(self, name: str) -> str:
        self._built[name] = self._store.build(self._stacks[name])
        return f"{len(self._stacks[name].pins)} packages, exactly as locked"

    def _start_services(self) -> str:
        return ", ".join(one.description for one in (self._services.redis("load"), self._services.postgres()))

    def _servers(self) -> Servers:
        folder = self.folder.step_folder("load")
        return Servers(self._services.redis("load"), self._services.postgres(), folder, self._reaper)

    def _make_arms(self) -> list[Arm]:
        self.arms = [self._arm(side) for side in self.question.sides]
        return self.arms

    def _arm(self, side: Side) -> Arm:
        app = broken_app(side.control, self.folder.step_folder(side.name)) if side.control else TODAYS_APP
        interpreter = project() if side.stack == PROJECT else interpreter_of(self._built[side.stack])
        return Arm(side.name, interpreter, side.way, self.question.password_hash, app)


def project() -> Interpreter:
    """The project environment as a stack."""
    return Interpreter(PROJECT, sys.executable, installed(), None, platform.python_version())
