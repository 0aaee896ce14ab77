"""Where sets are tried for a search: services that stay up from one try to the next."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ci.bisect.gated import Gated, needs_both
from ci.bisect.oracle import Oracle, Scenarios
from ci.endings import listen
from ci.question import Question
from ci.suite import Suite, Watch
from harness.reaper import Reaper
from harness.services.desk import Desk
from harness.services.pool import Services
from harness.services.provider import Choice
from harness.stack.store import Store


@dataclass(frozen=True)
class Bench:
    """What oracles work with."""

    suite: Suite
    store: Store
    choice: Choice
    reaper: Reaper

    def oracle(self, question: Question) -> Oracle:
        """Who answers for the targets of a question that brings its baseline's lock."""
        if any(map(needs_both, question.targets)):
            return Gated(question, self.choice, self.reaper)
        return Scenarios(question.targets, self.suite, self.store, question.locks["baseline"])


@contextmanager
def bench(question: Question, store: Store, choice: Choice, reaper: Reaper, watch: Watch) -> Iterator[Bench]:
    """A bench for questions with these settings. Ctrl-C and SIGTERM end what is inside as KeyboardInterrupt."""
    listen()
    with Services(choice.provider, reaper) as pool:
        desk = Desk(pool, reaper)
        try:
            yield Bench(Suite(desk, reaper, watch, question.settings), store, choice, reaper)
        finally:
            desk.close()
