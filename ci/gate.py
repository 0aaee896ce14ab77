"""The gate: two stacks, the same scenarios, one answer."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import TYPE_CHECKING

from ci import earlier, rules
from ci.accepted import Accepted, versions, weigh
from ci.checkout import CACHE, RULES, STACKS
from ci.comparison import Change, Comparison, compare, with_repeats
from ci.earlier import Earlier
from ci.keep import Keeper
from ci.observations import Difference, differences
from ci.orders import orders
from ci.plan import Step
from ci.question import ARMS, Question
from ci.remarks import resolved, told
from ci.run_folder import RunFolder
from ci.servers import Servers
from ci.shares import FEW, whole
from ci.suite import Order, Suite, SuiteResult, Watch
from ci.tier import limit
from harness import moments
from harness.errors import PreflightError
from harness.outcomes import Outcome
from harness.reaper import Reaper
from harness.services.provider import Choice
from harness.stack.lock import moved
from harness.stack.store import Built, Stack, Store

if TYPE_CHECKING:
    from ci.load_step import LoadStep

Outcomes = dict[str, dict[str, Outcome]]  # of one round, by arm and scenario
REPEATS = 2  # how often a scenario that fails on the candidate only is run again, on both


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
        self.parts: dict[str, list[SuiteResult]] = {}
        self.rounds: list[Outcomes] = []
        self.earlier = Earlier()
        self.fingerprint = ""  # what the baseline's outcomes depend on, once its services are up
        self._servers = Servers(choice.provider, reaper)
        self._reaper = reaper
        self._watch = watch
        self._repeats = repeats
        self._rules = rules.read(RULES)
        self._store = Store(STACKS, CACHE, reaper)

    def steps(self) -> list[Step]:
        """The plan. Nothing has run yet."""
        named = {arm: f"{arm} {self.question.named(arm)}" for arm in ARMS}
        plan = [Step(f"resolve {named[arm]}", partial(self._resolve, arm)) for arm in ARMS]
        plan += [Step("build both, at the same time", self._build)]
        plan += [Step(f"start Redis and PostgreSQL ({self.choice.provider})", self._start_services)]
        plan += self._of_scenarios() if self.question.scenarios else []
        return plan + (self._load.steps(confirm=self._repeats > 0) if self.question.loads else [])

    def _of_scenarios(self) -> list[Step]:
        plan = [Step("look for an earlier run of the baseline", self._look_back)] if self.question.reuse else []
        plan += [Step("run the scenarios on both, at the same time", self._run)]
        plan += [
            Step(f"run them again, round {number} of {self.question.times}", partial(self._round, number))
            for number in range(2, self.question.times + 1)
        ]
        again = Step(f"run again, {self._repeats} times on both, what failed on the candidate only", self._confirm)
        return [*plan, again] if self._repeats else plan

    @property
    def results(self) -> dict[str, SuiteResult]:
        """What the first round has told so far, by arm."""
        return {arm: whole(parts) for arm, parts in self.parts.items()}

    def moments(self) -> str:
        """The numbered steps through the moments of the upgrade; empty when these are not asked about."""
        return moments.describe(moments.plan()) if self.question.walks else ""

    def comparisons(self) -> list[Comparison]:
        """What is known so far, scenario by scenario, and metric by metric where the stacks are loaded."""
        return self._compared() + (self._load.comparisons() if self.question.loads else [])

    def _compared(self) -> list[Comparison]:
        """What is known so far of the scenarios."""
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
        return old | self._reused(), new

    def _reused(self) -> dict[str, Outcome]:
        """The baseline's outcomes of the earlier run, for what the candidate was to run."""
        asked = self.results["candidate"].collected if "candidate" in self.results else ()
        return {one: self.earlier.outcomes[one] for one in asked if one in self.earlier.outcomes}

    def left_out(self) -> list[str]:
        """The scenarios that this tier did not run."""
        left = dict.fromkeys(one for result in self.results.values() for one in result.left_out)
        return [one for one in left if not any(one in result.collected for result in self.results.values())]

    def limits(self) -> str:
        """What the answer is limited to, and what it rests upon beside this run; empty for neither."""
        short = limit(self.question.tier, len(self._compared()), self.left_out())
        return "; ".join(filter(None, [self.question.limits(), short, self.reused()]))

    def reused(self) -> str:
        """Which outcomes of the baseline are not of this run; empty when all are."""
        count = len(self._reused())
        return f"the baseline's outcomes of {count} scenarios are those of run {self.earlier.run}" if count else ""

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
        self._servers.close()

    def _resolve(self, arm: str) -> str:
        stack = self.stacks[arm] = self._stack(arm)
        self.folder.write_lock(arm, stack)
        return resolved(stack)

    def _stack(self, arm: str) -> Stack:
        if pins := self.question.pins.get(arm):
            return pins.stack(self._store)
        return self.question.locks.get(arm) or self._store.get(self.question.named(arm))

    def _build(self) -> str:
        with ThreadPoolExecutor(len(ARMS)) as pool:
            self.built = dict(zip(ARMS, pool.map(self._store.build, [self.stacks[arm] for arm in ARMS]), strict=True))
        counts = " and ".join(str(len(self.stacks[arm].pins)) for arm in ARMS)
        return f"{counts} packages, exactly as locked"

    def _start_services(self) -> str:
        services = (self._servers.services.redis(f"{ARMS[0]}-main-main"), self._servers.services.postgres())
        servers = [service.description for service in services]
        self.fingerprint = earlier.fingerprint(self.built["baseline"], self.question.settings, servers)
        return ", ".join(servers)

    def _look_back(self) -> str:
        self.earlier = earlier.find(self.folder.path.parent, self.fingerprint)
        if not self.earlier.run:
            return "none has this lock, these scenarios, services and settings, on this machine: all run on both"
        return f"{len(self.earlier.outcomes)} outcomes are known from {self.earlier.run}"

    def _run(self) -> str:
        suite = self._suite(last=self.question.times == 1)
        known = {"baseline": self.folder.listed("known", self.earlier.outcomes)}
        runs = [one.with_options(known.get(one.arm, ())) for one in orders(self.question, self.built, self.folder)]
        self.parts = {arm: [one.into for one in runs if one.arm == arm] for arm in ARMS}
        suite.run(*runs)
        for result in self.results.values():
            if result.trouble:
                raise PreflightError(result.trouble)
        return "; ".join(f"{arm}: {told(result)}" for arm, result in self.results.items())

    @cached_property
    def _load(self) -> "LoadStep":
        from ci.load_step import LoadStep  # noqa: PLC0415 - scipy and matplotlib take their time

        return LoadStep(self.question, self.folder, lambda: self._servers.services, lambda: self.built, self._reaper)

    @cached_property
    def _keeper(self) -> Keeper:
        return Keeper(self._reaper, self._watch)

    def _suite(self, *, last: bool) -> Suite:
        self._keeper.last = last
        look = self._keeper.look if self.question.keep else None
        return Suite(self._servers.desk, self._reaper, self._watch, self.question.settings, look)

    def _round(self, number: int) -> str:
        if self._keeper.done:
            return "left out: an earlier one was looked at"
        everything, last = [one.scenario for one in self._compared()], number == self.question.times
        self.rounds += self._repeat(everything, [self._orders(everything, f"round-{number}")], last=last)
        changes = Counter(one.changes[-1].value for one in self._compared())
        return ", ".join(f"{count} {change}" for change, count in changes.items())

    def _confirm(self) -> str:
        suspects = [one.scenario for one in self._compared() if one.change is Change.REGRESSED]
        if not suspects:
            return "nothing to repeat"
        names = [f"again-{number}" for number in range(1, self._repeats + 1)]
        first, *later = [self._orders(suspects, name) for name in names]
        rounds = [first, *([one.beside(name) for one in runs] for name, runs in zip(names[1:], later, strict=True))]
        # Who failed by waiting in vain waits as long again: at the same time, where few runs are enough.
        for together in [rounds] if len(first) <= FEW else [[one] for one in rounds]:
            self.rounds += self._repeat(suspects, together, last=False)
        left = sum(one.change is Change.REGRESSED for one in self._compared())
        return f"{left} of {len(suspects)} failed again each time"

    def _orders(self, scenarios: list[str], name: str) -> list[Order]:
        """The runs of one round of these scenarios, those left out whose file does not import somewhere."""
        named = [one for one in scenarios if "::" in one and not self._unimportable(one)]
        return orders(self.question, self.built, self.folder, "{}-" + name, of=named) if named else []

    def _repeat(self, scenarios: list[str], rounds: list[list[Order]], *, last: bool) -> list[Outcomes]:
        self._suite(last=last).run(*(one for runs in rounds for one in runs))
        return [{arm: self._told(arm, scenarios, runs) for arm in ARMS} for runs in rounds]

    def _told(self, arm: str, scenarios: list[str], runs: list[Order]) -> dict[str, Outcome]:
        found = whole(one.into for one in runs if one.arm == arm).on(scenarios)
        return {one: self._known(arm, one) or found[one] for one in scenarios}

    def _unimportable(self, scenario: str) -> bool:
        path = scenario.partition("::")[0]
        return any(path in result.uncollected for result in self.results.values())

    def _known(self, arm: str, scenario: str) -> Outcome | None:
        """The first round's outcome of a scenario whose file does not import somewhere: importing is not repeated."""
        return self.results[arm].on([scenario])[scenario] if self._unimportable(scenario) else None
