"""Arms loaded in turns, on the same servers."""

from collections.abc import Sequence
from contextlib import ExitStack

from load.glance import Glance
from load.rig import Arm, Rig, Servers
from load.round import Round
from load.shapes import Shape


def turns(arms: Sequence[str], rounds: int) -> list[str]:
    """Whose turn it is, round by round: each arm once in each round, the first one alternated (A B, B A, A B ...).

    So no arm always follows the same other one, and what slows the machine down for a while strikes all of them.
    """
    return [arm for number in range(rounds) for arm in (arms if number % 2 == 0 else list(reversed(arms)))]


class Experiment:
    """Several arms, all up at once, each round on one of them while the others idle. Not for judging what comes of it.

    `rounds` are those that count; each arm's warm-up is thrown away by its rig.
    """

    def __init__(self, arms: Sequence[Arm], servers: Servers, shape: Shape, backlog: int) -> None:
        self.rounds: list[Round] = []
        self._current: Rig | None = None
        self._shape = shape
        self._backlog = backlog
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

    def turn(self, arm: str) -> Round:
        """One round of an arm. Raises PreflightError when it is no result, and BrokenPromise when a process died."""
        self._current = self._rigs[arm]
        self.rounds.append(self._current.round(self._shape, self._backlog))
        return self.rounds[-1]

    def glance(self) -> Glance:
        """What is going on right now; may be asked from another thread."""
        return self._current.glance() if self._current else Glance(0, 0)

    def close(self) -> None:
        """Stop every arm."""
        self._open.close()
