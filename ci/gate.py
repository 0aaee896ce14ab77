"""The gate: two stacks, the same scenarios, one answer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property, partial
from pathlib import Path

from ci import rules
from ci.accepted import Accepted, versions, weigh
from ci.checkout import CACHE, RULES, STACKS
from ci.comparison import Change, Comparison, compare, with_repeats
from ci.keep import Keeper
from ci.observations import Difference, differences
from ci.plan import Step
from ci.question import ALL, ARMS, Question
from ci.run_folder import RunFolder
from ci.suite import Order, Suite, SuiteResult, Watch
from harness import moments
from harness.errors import PreflightError
from harness.outcomes import Outcome
from harness.reaper import Reaper
from harness.services.desk import Desk
from harness.services.pool import Services
from harness.services.provider import Choice
from harness.stack.lock import moved
from harness.stack.store import Built, Stack, Store

REPEATS = 2  # how often a scenario that fails on the candidate only is run again, on both
MOMENTS = (*ALL, "scenarios/upgrade", "scenarios/upgrade/test_moments.py")  # who walks through them


class Gate:
    """Carries out a question's steps and keeps what came of them. Not for printing, and not for judging."""

    def __init__(
        self,
        question: Question,
        folder: RunFolder,
        choice: Choice,
        reaper: Reaper,
        watch: Watch,
        repeats: int = REPEATS,
    ) -> None:
        self.question = question
        self.folder = folder
        self.choice = choice
        self.stacks: dict[str, Stack] = {}
        self.built: dict[str, Built] = {}
        self.results: dict[str, SuiteResult] = {}
        self.rounds: list[dict[str, dict[str, Outcome]]] = []
        self._reaper = reaper
        self._watch = watch
        self._repeats = repeats
        self._rules = rules.read(RULES)
        self._store = Store(STACKS, CACHE, reaper)

    def steps(self) -> list[Step]:
        """The plan. Nothing has run yet."""
        named = {arm: f"{arm} {self.question.named(arm)}" for arm in ARMS}
        plan = [Step(f"resolve {named[arm]}", partial(self._resolve, arm)) for arm in ARMS]
        plan += [Step(f"build {named[arm]}", partial(self._build, arm)) for arm in ARMS]
        plan += [Step(f"start Redis and PostgreSQL ({self.choice.provider})", self._start_services)]
        plan += [Step("run the scenarios on both, at the same time", self._run)]
        plan += [
            Step(f"run them again, round {number} of {self.question.times}", partial(self._round, number))
            for number in range(2, self.question.times + 1)
        ]
        again = f"run again, {self._repeats} times on both, what failed on the candidate only"
        return [*plan, Step(again, self._confirm)] if self._repeats else plan

    def moments(self) -> str:
        """The numbered steps through the moments of the upgrade; empty when these are not asked about."""
        asked = any(one in MOMENTS or one.startswith(MOMENTS[-1]) for one in self.question.targets)
        return moments.describe(moments.plan()) if asked else ""

    def comparisons(self) -> list[Comparison]:
        """What is known so far, scenario by scenario."""
        if not self.results:
            return []
        old, new = self._outcomes()
        rounds = [(one["baseline"], self._enforced(one["baseline"], one["candidate"])) for one in self.rounds]
        return with_repeats(compare(old, self._enforced(old, new)), rounds)

    def differences(self) -> list[Difference]:
        """What the first round recorded otherwise on the candidate."""
        return differences(*self._outcomes()) if self.results else []

    def _outcomes(self) -> tuple[dict[str, Outcome], dict[str, Outcome]]:
        """The first round on both stacks, an outcome for whatever should have run on either."""
        collected = list(dict.fromkeys(one for result in self.results.values() for one in result.collected))
        old, new = (self.results.get(arm, SuiteResult()).on(collected) for arm in ARMS)
        return old, new

    def _enforced(self, old: Mapping[str, Outcome], new: Mapping[str, Outcome]) -> dict[str, Outcome]:
        return rules.enforce(self._rules, old, new)

    def accepted(self) -> Accepted:
        """What the acceptances make of what is known so far."""
        stacks = [
            versions(self.stacks[arm].pins, self.stacks[arm].python.version) for arm in ARMS if arm in self.stacks
        ]
        return weigh(self.question.acceptances, self.comparisons(), stacks, self.question.today)

    def moved(self) -> dict[str, tuple[str | None, str | None]]:
        """Package -> (baseline's version, candidate's), once both are resolved."""
        return moved(*(self.stacks[arm].pins for arm in ARMS)) if len(self.stacks) == len(ARMS) else {}

    def close(self) -> None:
        """Stop the services. A server that cannot be stopped any more is left to the guardian."""
        with suppress(Exception):
            if "_desk" in self.__dict__:
                self._desk.close()
        with suppress(Exception):
            if "_services" in self.__dict__:
                self._services.close()

    @cached_property
    def _services(self) -> Services:
        return Services(self.choice.provider, self._reaper)

    @cached_property
    def _desk(self) -> Desk:
        return Desk(self._services, self._reaper)

    def _resolve(self, arm: str) -> str:
        stack = self.stacks[arm] = self._stack(arm)
        self.folder.write_lock(arm, stack)
        pins = stack.pins
        facts = [f"Python {stack.python.version}"]
        facts += [f"{name} {pins.get(name, 'absent')}" for name in ("celery", "kombu", "redis", "django")]
        return "; ".join([", ".join(facts) + _overlay(stack), *stack.notes])

    def _stack(self, arm: str) -> Stack:
        if pins := self.question.pins.get(arm):
            return pins.stack(self._store)
        return self.question.locks.get(arm) or self._store.get(self.question.named(arm))

    def _build(self, arm: str) -> str:
        self.built[arm] = self._store.build(self.stacks[arm])
        return f"{len(self.stacks[arm].pins)} packages, exactly as locked"

    def _start_services(self) -> str:
        services = (self._services.redis(f"{ARMS[0]}-main-main"), self._services.postgres())
        return ", ".join(service.description for service in services)

    def _run(self) -> str:
        suite = self._suite(last=self.question.times == 1)
        orders = [self._order(arm, self.question.targets, self.folder.step_folder(arm)) for arm in ARMS]
        self.results = {order.arm: order.into for order in orders}
        suite.run(*orders)
        for result in self.results.values():
            if result.trouble:
                raise PreflightError(result.trouble)
        return "; ".join(f"{arm}: {_told(result)}" for arm, result in self.results.items())

    @cached_property
    def _keeper(self) -> Keeper:
        return Keeper(self._reaper, self._watch)

    def _suite(self, *, last: bool) -> Suite:
        self._keeper.last = last
        look = self._keeper.look if self.question.keep else None
        return Suite(self._desk, self._reaper, self._watch, self.question.settings, look)

    def _round(self, number: int) -> str:
        if self._keeper.done:
            return "left out: an earlier one was looked at"
        last = number == self.question.times
        self.rounds.append(self._again([one.scenario for one in self.comparisons()], f"round-{number}", last=last))
        changes = Counter(one.changes[-1].value for one in self.comparisons())
        return ", ".join(f"{count} {change}" for change, count in changes.items())

    def _order(self, arm: str, targets: Sequence[str], folder: Path) -> Order:
        """A run of an arm: the baseline alone, or the candidate, beside which the baseline may go on for a while."""
        return Order(arm, self.built[arm], targets, folder, old=self.built["baseline"])

    def _confirm(self) -> str:
        suspects = [one.scenario for one in self.comparisons() if one.change is Change.REGRESSED]
        if not suspects:
            return "nothing to repeat"
        for number in range(1, self._repeats + 1):
            self.rounds.append(self._again(suspects, f"again-{number}", last=False))
        left = sum(one.change is Change.REGRESSED for one in self.comparisons())
        return f"{left} of {len(suspects)} failed again each time"

    def _again(self, suspects: list[str], name: str, *, last: bool) -> dict[str, dict[str, Outcome]]:
        suite = self._suite(last=last)
        folders = {arm: self.folder.step_folder(f"{arm}-{name}") for arm in ARMS}
        targets = [one for one in suspects if "::" in one and not self._unimportable(one)] or self.question.targets
        results = suite.run(*(self._order(arm, targets, folders[arm]) for arm in ARMS))
        return {
            arm: {one: self._known(arm, one) or result.on(suspects)[one] for one in suspects}
            for arm, result in zip(ARMS, results, strict=True)
        }

    def _unimportable(self, scenario: str) -> bool:
        path = scenario.partition("::")[0]
        return any(path in result.uncollected for result in self.results.values())

    def _known(self, arm: str, scenario: str) -> Outcome | None:
        """The first round's outcome of a scenario whose file does not import somewhere: importing is not repeated."""
        return self.results[arm].on([scenario])[scenario] if self._unimportable(scenario) else None


def _overlay(stack: Stack) -> str:
    changes = [f"{name} {old or 'absent'} → {new or 'absent'}" for name, (old, new) in stack.moved.items()]
    return f"; moved: {', '.join(changes)}" if changes else ""


def _told(result: SuiteResult) -> str:
    if result.broken:
        return f"the app does not import: {result.broken}"
    results = [outcome.result for outcome in result.outcomes.values()]
    counts = [f"{results.count(result)} {result}" for result in dict.fromkeys(sorted(results))]
    return ", ".join(counts) or "no scenario"
