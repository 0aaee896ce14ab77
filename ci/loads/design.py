"""How a load run is laid out: which shape, how many rounds, how large a backlog. Data, no doing."""

from dataclasses import dataclass
from itertools import pairwise

from load import shapes
from load.shapes import Shape


@dataclass(frozen=True)
class Design:
    """`rounds` of each arm, in `sittings`: between two of them all processes are started anew.

    `shape` is what the users of a round do; behind that it drains `drains` backlogs, of `backlog` events each.
    """

    shape: Shape
    rounds: int
    sittings: int
    backlog: int
    drains: int = 1

    def parts(self) -> list[range]:
        """The rounds of each sitting, counted from 1, as even as can be."""
        sittings = min(self.sittings, self.rounds)
        edges = [1 + self.rounds * one // sittings for one in range(sittings + 1)]
        return [range(*pair) for pair in pairwise(edges)]

    @property
    def words(self) -> str:
        """One round, for people."""
        users = max(stage.users for stage in self.shape.stages)
        backlogs = "a backlog" if self.drains == 1 else f"{self.drains} backlogs"
        logins = f"{self.shape.name}, {users} users for {self.shape.seconds:g} s"
        return f"{logins}, then {backlogs} of {self.backlog:,} events"


# Many short rounds tell more than few long ones: as many as fit into six minutes on a busy machine. So do many short
# drains: a machine that is a third slower for some seconds is so for one arm's long backlog and not for the other's,
# but for both where short ones are taken in turns: with one of 1,000 events a worker dearer by 15 % was not told from
# that. Several sittings, because what one start of a process has by chance would be taken for the stack's own. Few
# users, so that a login's time is the app's own and not that of a queue before it.
AB = Design(shapes.find("few").lasting(2), rounds=20, sittings=2, backlog=300, drains=4)
WAYS = Design(shapes.find("steady").lasting(4), rounds=2, sittings=1, backlog=1_000)
