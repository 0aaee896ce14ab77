"""What has to be held back so that some scenarios pass: the search for a culprit, from the newest set backwards."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from ci.advise.ascent import Held
from ci.bisect.bench import Bench
from ci.bisect.journal import Journal
from ci.bisect.mixture import Mixtures
from ci.bisect.search import Found, Search
from ci.bisect.sets import Sets
from ci.bisect.trials import Show, Trials
from ci.question import Question
from harness.stack.store import Stack

NAME = "advised"


@dataclass(frozen=True)
class Holder:
    """Searches between the newest set and the baseline, each set tried `times` rounds; goes on where it was."""

    newest: Stack
    question: Question
    bench: Bench
    journal: Journal
    times: int
    show: Show

    def hold(self, scenarios: Sequence[str]) -> Held:
        """What lets all these scenarios pass again. Raises EndsDoNotDiffer when the baseline does not."""
        name = sha256("\n".join(scenarios).encode()).hexdigest()[:8]
        journal = Journal(self.journal.folder, f"search-{name}.jsonl")
        mixtures = Mixtures(self.newest, self.question.locks["baseline"], self.bench.store)
        sets = Sets(mixtures, journal, self.bench.store)
        oracle = self.bench.oracle(replace(self.question, targets=tuple(scenarios)))
        found = Search(Trials(sets, oracle, journal, self.times, self.show)).run()
        return _held(found, sets)


def _held(found: Found, sets: Sets) -> Held:
    """The set with just the culprits held back; and for each of them the one in which it goes one release further.

    Where nothing could be told apart, everything that was left is held back.
    """
    asked = {one.part: one.at for one in found.culprits}
    asked = asked or sets.mixtures.towards([*found.unclear, *found.along])
    further = {f"{NAME}+{one.part}=={one.before}": {**asked, one.part: one.before} for one in found.culprits}
    beyond = tuple(replace(stack, name=name) for name, one in further.items() if (stack := sets.stack(one)))
    stack = sets.stack(asked)
    if stack is None:  # each was tried with the last known of the others, so this one was resolved before
        raise AssertionError(sets.why_not(asked))
    return Held(found, replace(stack, name=NAME), beyond)
