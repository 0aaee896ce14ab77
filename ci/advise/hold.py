"""What has to be held back so that some scenarios pass: the search for a culprit, from the newest set backwards."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from ci.advise.ascent import Beyond, NoAdvice
from ci.bisect.bench import Bench
from ci.bisect.journal import Journal
from ci.bisect.mixture import ABSENT, Mixtures, versions
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

    def hold(self, scenarios: Sequence[str]) -> "Back":
        """What lets all these scenarios pass again.

        Raises EndsDoNotDiffer when the baseline does not, and NoAdvice when what is to be held back cannot be had.
        """
        name = sha256("\n".join(scenarios).encode()).hexdigest()[:8]
        journal = Journal(self.journal.folder, f"search-{name}.jsonl")
        mixtures = Mixtures(self.newest, self.question.locks["baseline"], self.bench.store, prereleases=False)
        sets = Sets(mixtures, journal, self.bench.store)
        oracle = self.bench.oracle(replace(self.question, targets=tuple(scenarios)))
        search = Search(Trials(sets, oracle, journal, self.times, self.show))
        found = search.run()
        stack = sets.stack(versions := search.least(found))
        if stack is None:
            raise NoAdvice(f"what has to be held back was not found: {sets.why_not(versions)}")
        return Back(found, replace(stack, name=NAME), sets, versions)


@dataclass(frozen=True)
class Back:
    """What is held back: the parts in `versions`, at these versions. See Held."""

    found: Found
    stack: Stack
    sets: Sets
    versions: Mapping[str, str]

    def beyond(self) -> Beyond:
        """See Held. Of each part the nearest release further on with which the set can be had."""
        steps, absent = list[Back](), list[str]()
        for part in self.versions:
            for asked in self._further(part):
                step = self._step(part, asked)
                if isinstance(step, Back):
                    steps.append(step)
                    break
                absent.append(f"{part} {asked[part] or 'absent'}: {step}")
        return Beyond(steps, tuple(absent))

    def _further(self, part: str) -> Iterator[dict[str, str]]:
        """What to ask for so that a part is a release further on, and more, until it is the newest."""
        newest, oldest = self.sets.mixtures.parts[part]
        row = [newest, *self.sets.releases(part), oldest]
        for release in reversed(row[: row.index(self.versions[part])]):
            yield {**self.versions, part: release}

    def _step(self, part: str, asked: Mapping[str, str]) -> "Back | str":
        """What is held back where a part is further on, or why that cannot be had."""
        stack = self.sets.stack(asked)
        if stack is None:
            return self.sets.why_not(asked)
        now = versions(stack)  # the newest is what a search starts from, so the resolver does not insist on it
        for name, version in asked.items():
            if now.get(name, ABSENT) != version:
                return f"with the rest held {name} comes out at {now.get(name, 'absent')}"
        return replace(self, stack=replace(stack, name=f"{NAME}+{part}=={asked[part]}"), versions=asked)
