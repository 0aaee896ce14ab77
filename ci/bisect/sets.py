"""The sets that a search asks for: resolved once, and remembered with their locks."""

from collections.abc import Mapping
from typing import Any

from ci.bisect.journal import Journal
from ci.bisect.mixture import Mixtures, versions
from ci.inert import one_line
from harness.errors import Unresolvable
from harness.stack.lock import moved
from harness.stack.store import Stack, Store

MOST_CHANGES = 8  # of a set, on one line


class Sets:
    """The sets between two stacks. What a journal knows already is not resolved again."""

    def __init__(self, mixtures: Mixtures, journal: Journal, store: Store) -> None:
        self.mixtures = mixtures
        self._journal = journal
        self._store = store
        self._lines = {_key(line["asked"]): line for line in journal.lines("set")}
        self._releases = {line["part"]: line["found"] for line in journal.lines("releases")}

    def stack(self, asked: Mapping[str, str]) -> Stack | None:
        """The set with those versions, or None when it cannot be had. See Mixtures.stack."""
        key = _key(asked)
        if key not in self._lines:
            self._lines[key] = self._resolved(asked)
            self._journal.add("set", self._lines[key])
        line = self._lines[key]
        if line["lock"] is None:
            return None
        text = (self._journal.folder.path / "sets" / line["lock"]).read_text()
        return self._store.from_lock(line["name"], text, line["python"])

    def why_not(self, asked: Mapping[str, str]) -> str:
        """Why a set for which `stack` said None cannot be had."""
        return str(self._lines[_key(asked)]["why"])

    def releases(self, part: str) -> list[str]:
        """See Mixtures.releases."""
        if part not in self._releases:
            self._releases[part] = self.mixtures.releases(part)
            self._journal.add("releases", {"part": part, "found": self._releases[part]})
        return list(self._releases[part])

    def told(self, stack: Stack) -> str:
        """What a set is, for people: the name of an end, else what is not as in the base."""
        return ", ".join(self._changes(stack))

    def briefly(self, stack: Stack) -> str:
        """The same, cut off where it is too long to be read; the lock has it all."""
        changes = self._changes(stack)
        more = len(changes) - MOST_CHANGES
        return ", ".join(changes[:MOST_CHANGES]) + (f" and {more} more ({stack.lock.digest}.lock)" if more > 0 else "")

    def _changes(self, stack: Stack) -> list[str]:
        for end in (self.mixtures.base, self.mixtures.other):
            if stack.lock == end.lock:
                return [end.name]
        changes = moved(versions(self.mixtures.base), versions(stack))
        ordered = {name: changes[name] for name in (*self.mixtures.parts, *changes) if name in changes}
        return [f"{name} {old or 'absent'} → {new or 'absent'}" for name, (old, new) in ordered.items()]

    def _resolved(self, asked: Mapping[str, str]) -> dict[str, Any]:
        try:
            stack = self.mixtures.stack(asked)
        except Unresolvable as error:
            return {"asked": dict(asked), "lock": None, "why": one_line(str(error)).removeprefix("mixture: ")}
        path = self._journal.folder.step_folder("sets") / f"{stack.lock.digest}.lock"
        path.write_text(stack.lock.text)
        return {"asked": dict(asked), "lock": path.name, "name": stack.name, "python": stack.python.minor}


def _key(asked: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(asked.items()))
