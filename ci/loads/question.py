"""What a load run is asked."""

from dataclasses import dataclass

from ci.control import Control
from ci.loads.design import Design

PROJECT = "project"  # the project environment, which is itself a current stack


@dataclass(frozen=True)
class Side:
    """One arm: its name in tables, its stack (a spec of the store's, or PROJECT), its way of delivery.

    With a `control`, its app is a copy with that one in it.
    """

    name: str
    stack: str
    way: str
    control: Control | None = None


@dataclass(frozen=True)
class LoadQuestion:
    """Which sides are loaded in turns, how, and with which password hash (cheap or real).

    `kind` is "stacks" when the second is judged by the first, "ways" when ways of delivery stand beside one another.
    """

    kind: str
    sides: tuple[Side, ...]
    design: Design
    password_hash: str = "cheap"  # noqa: S105 - a way of hashing

    @property
    def stacks(self) -> tuple[str, ...]:
        """The stacks of all sides, each once; without the project environment, which is there already."""
        return tuple(dict.fromkeys(side.stack for side in self.sides if side.stack != PROJECT))
