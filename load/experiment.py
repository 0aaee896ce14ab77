"""Arms loaded in turns, on the same servers."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from statistics import mean

from load.glance import Glance
from load.rig import Arm, Rig, Servers
from load.round import Round
from load.shapes import Shape


def alternated(arms: Sequence[str], number: int) -> list[str]:
    """Whose turn it is in that lap: each arm once, the first one alternated (A B, B A, A B ...).

    So no arm always follows the same other one, and what slows the machine down for a while strikes all of them.
    """
    return list(arms if number % 2 == 0 else reversed(arms))


class Experiment:
    """Several arms, all up at once, one of them loaded while the others idle. Not for judging what comes of it.

    `rounds` are those that count; each arm's warm-up is thrown away by its rig. A round is logins of this `shape`, then
    `drains` backlogs of `backlog` events each.
    """

    def __init__(self, arms: Sequence[Arm], servers: Servers, shape: Shape, backlog: int, drains: int) -> None:
        self.rounds: list[Round] = []
        self._current: Rig | None = None
        self._shape = shape
        self._backlog = backlog
        self._drains = drains
        self._rigs = {arm.name: Rig(arm, servers, number) for number, arm in enumerate(arms, 1)}
        self._open = ExitStack()

    def begin(self) -> None:
        """Bring every arm up, warm."""
        for rig in self._rigs.values():
            self._open.enter_context(rig)

    def renew(self) -> None:
        """Every arm's processes anew: what one start has by chance (memory, hashes) is no trait of the stack."""
        for rig in self._rigs.values():
            rig.renew()

    def lap(self, arms: Sequence[str], loading: Callable[[str], None]) -> list[Round]:
        """One round of each of these arms; `loading` is told whose turn it is.

        The logins one arm after the other, then the backlogs in turns: a machine that is slower for some seconds is
        so for all of them, which one long backlog after the other would not see to. What has been measured stays in
        `rounds` when something ends the lap.
        Raises PreflightError when a round is no result, and BrokenPromise when a process died or events got lost.
        """
        for arm in arms:
            self.rounds.append(self._take(arm, loading).log_in(self._shape))
        drained = self._drain(arms, loading)
        lap = [replace(one, metrics=one.metrics | _means(drained[one.arm])) for one in self.rounds[-len(arms) :]]
        self.rounds[-len(arms) :] = lap
        return lap

    def _drain(self, arms: Sequence[str], loading: Callable[[str], None]) -> dict[str, list[dict[str, float]]]:
        drained: dict[str, list[dict[str, float]]] = {arm: [] for arm in arms}
        for number in range(self._drains):
            for arm in alternated(arms, number):
                drained[arm].append(self._take(arm, loading).drain(self._backlog))
        return drained

    def _take(self, arm: str, loading: Callable[[str], None]) -> Rig:
        self._current = self._rigs[arm]
        loading(arm)
        return self._current

    def glance(self) -> Glance:
        """What is going on right now; may be asked from another thread."""
        return self._current.glance() if self._current else Glance(0, 0)

    def close(self) -> None:
        """Stop every arm."""
        self._open.close()


def _means(drained: Sequence[dict[str, float]]) -> dict[str, float]:
    """Each metric's mean over the backlogs of a round; of the rates too, since each is of as many events."""
    return {name: mean(one[name] for one in drained) for name in drained[0]}
