"""What a history tells of its events so far, without reading it from the beginning each time it is asked."""

from collections import defaultdict

from harness.history.history import History
from harness.history.record import Kind, Record


class Told:
    """What is written to a history from now on."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._begin = self._read = history.count()
        self._events: defaultdict[Kind, set[str]] = defaultdict(set)

    def records(self) -> list[Record]:
        """All of it so far."""
        return self._history.since(self._begin)

    def ids(self, *kinds: Kind) -> set[str]:
        """The events that have a record of any of these kinds so far."""
        for record in self._history.since(self._read):
            self._events[record.kind].add(record.event)
            self._read += 1
        return set().union(*(self._events[kind] for kind in kinds))
