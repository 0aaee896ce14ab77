"""How a load run is laid out: which shape, how many rounds, how large a backlog. Data, no doing."""

from dataclasses import dataclass
from itertools import pairwise

from load.shapes import Shape
from load.statistics import FEWEST


@dataclass(frozen=True)
class Design:
    """`rounds` of each arm, in `sittings`: between two of them all processes are started anew.

    `shape` is what the users of a round do, `backlog` the events of its drain.
    """

    shape: Shape
    rounds: int
    sittings: int
    backlog: int

    def parts(self) -> list[range]:
        """The rounds of each sitting, counted from 1, as even as can be."""
        sittings = min(self.sittings, self.rounds)
        edges = [1 + self.rounds * one // sittings for one in range(sittings + 1)]
        return [range(*pair) for pair in pairwise(edges)]

    @property
    def words(self) -> str:
        """One round, for people."""
        users = max(stage.users for stage in self.shape.stages)
        return (
            f"{self.shape.name}, {users} users for {self.shape.seconds:g} s, then a backlog of {self.backlog:,} events"
        )


# Many short rounds tell more than few long ones: 10 of each arm are a few more than the statistics need at least.
AB_ROUNDS, AB_SITTINGS, AB_SECONDS, AB_BACKLOG = FEWEST + 1, 2, 3.0, 1_000
WAYS_ROUNDS, WAYS_SITTINGS, WAYS_SECONDS, WAYS_BACKLOG = 2, 1, 4.0, 1_000
