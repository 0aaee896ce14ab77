"""Who says whether what is looked for happens on a stack."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ci.inert import one_line
from ci.suite import Order, Suite, SuiteResult
from harness.errors import PreflightError
from harness.outcomes import FAILED, PASSED, UNKNOWN, Outcome
from harness.stack.store import Stack, Store

AT_ONCE = ("one", "two")  # as many pytest runs beside one another as the gate has: scenarios are written for that


class Oracle(Protocol):
    """Asked about stacks; answers with an outcome for each: passed, failed, or unknown when nothing was learnt."""

    at_once: int
    """How many stacks it can be asked about at a time."""

    def outcomes(self, stacks: Sequence[Stack], folder: Path) -> list[Outcome]:
        """One round on each of the stacks, with its logs in `folder`."""


def decisive(outcomes: Sequence[Outcome]) -> Outcome:
    """The one that decides: a failure, else one of which nothing is known; skipped is not known either."""
    undone = [one for one in outcomes if one.result == FAILED] or [one for one in outcomes if one.result != PASSED]
    first = [*undone, *outcomes][0]
    known = first.result if first.result in (FAILED, PASSED) else UNKNOWN
    return Outcome(first.scenario, known, first.cause, seconds=first.seconds, started=first.started)


class Scenarios:
    """Runs scenarios on stacks: passed when all of them passed, failed when one failed.

    `today` is the stack that runs today, for scenarios that mix two.
    """

    at_once = len(AT_ONCE)

    def __init__(self, scenarios: Sequence[str], suite: Suite, store: Store, today: Stack) -> None:
        self._scenarios = scenarios
        self._suite = suite
        self._store = store
        self._today = today

    def outcomes(self, stacks: Sequence[Stack], folder: Path) -> list[Outcome]:
        """See Oracle.outcomes. Of a stack that cannot be built nothing is known."""
        folder.mkdir(parents=True)
        try:
            built = {stack.lock.digest: self._store.build(stack) for stack in (*stacks, self._today)}
        except PreflightError as error:
            return [Outcome(self._scenarios[0], UNKNOWN, one_line(str(error))) for _ in stacks]
        orders = [
            Order(arm, built[stack.lock.digest], self._scenarios, folder / arm, old=built[self._today.lock.digest])
            for arm, stack in zip(AT_ONCE, stacks, strict=False)
        ]
        for order in orders:
            order.folder.mkdir()
        return [self._outcome(result) for result in self._suite.run(*orders)]

    def _outcome(self, result: SuiteResult) -> Outcome:
        told = result.on(self._scenarios)
        return decisive([_of_file(one, result) or told[one] for one in self._scenarios])


def _of_file(scenario: str, result: SuiteResult) -> Outcome | None:
    """A whole file of scenarios passes when it can be imported; None for anything else."""
    imported = "::" not in scenario and result.finished and scenario not in result.uncollected
    return Outcome(scenario, PASSED) if imported else None
