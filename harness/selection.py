"""Which of the collected scenarios run. A scenario that is named by its id always does."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Selection:
    """What the options of a pytest run select.

    `full`: those that are left to the gate's long form run as well. `only`: nothing but these ids runs, whatever they
    are marked with (None: no such limit). `known`: ids that are left out. `named`: the ids, or the beginnings of ids of
    parametrised scenarios, that stand on the command line.
    """

    full: bool = False
    only: frozenset[str] | None = None
    known: frozenset[str] = frozenset()
    named: tuple[str, ...] = ()

    def takes(self, scenario: str, *, long: bool) -> bool:
        """Whether it runs; `long` when it is marked to be left to the long form."""
        if any(scenario == one or scenario.startswith((f"{one}[", f"{one}::")) for one in self.named):
            return True
        if scenario in self.known:
            return False
        return scenario in self.only if self.only is not None else self.full or not long


def ids_in(path: str | None) -> frozenset[str] | None:
    """The ids in a file, one in a line; None without a file."""
    return frozenset(Path(path).read_text().splitlines()) if path else None


def named(arguments: Sequence[str]) -> tuple[str, ...]:
    """The arguments of a pytest call that name scenarios, as their ids begin."""
    return tuple(one for one in arguments if "::" in one)
