"""A stack's scenarios, parted among several pytest runs that go on at the same time.

Whoever waits for a worker to come back leaves the machine idle, so the faults go on beside the rest. Each share has its
own Redis, database and processes: it does not see the others, and a frozen clock does not reach their threads.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from ci.suite import Order, SuiteResult


@dataclass(frozen=True)
class Share:
    """What one pytest run gets: pytest's arguments. The one with all that no other share has is called ''."""

    name: str
    arguments: tuple[str, ...]


# About as long as one another. More would be no quicker on two cores: starting processes keeps them busy by then.
PATHS = {
    "walks": ("scenarios/upgrade/test_walk.py",),  # of the long form, and as long as all the rest of that
    "faults": ("scenarios/delivery/test_under_faults.py", "scenarios/delivery/test_stops_under_load.py"),
    "delivery": ("scenarios/delivery",),
    "logins": ("scenarios/audit", "scenarios/upgrade"),
    "": ("scenarios",),
}
FEW = len(PATHS) - 1  # runs, of both arms together, of which twice as many are no more than all


def shared(order: Order, options: Sequence[str], *, alone: bool) -> list[Order]:
    """The order with these options of pytest: one for each share of its targets, or one for all that runs `alone`."""
    shares = [Share("", tuple(order.targets))] if alone else parted(order.targets)
    return [_of(order, share, options) for share in shares]


def _of(order: Order, share: Share, options: Sequence[str]) -> Order:
    folder = order.folder.with_name("-".join(filter(None, [order.folder.name, share.name])))
    folder.mkdir(parents=True, exist_ok=True)
    targets = [*share.arguments, *options]
    return replace(order, targets=targets, folder=folder, into=SuiteResult(), share=share.name)


def parted(targets: Sequence[str]) -> list[Share]:
    """The shares of these targets (paths and scenario ids), those that get nothing left out."""
    shares = [Share(name, tuple(_arguments(name, targets))) for name in PATHS]
    return [share for share in shares if share.arguments]


def _arguments(name: str, targets: Sequence[str]) -> list[str]:
    mine = [one for one in targets if _owner(one) == name]
    whole_paths = [one for one in targets if "::" not in one]
    taken = mine + [path for path in PATHS[name] if path not in mine and any(_is_in(path, one) for one in whole_paths)]
    others = [path for owner, paths in PATHS.items() if owner != name for path in paths]
    ignored = [path for path in others if any(_is_in(path, one) for one in taken)]
    return [*taken, *(f"--ignore={path}" for path in ignored)] if taken else []


def _owner(target: str) -> str:
    """The share whose path holds the target; of several the innermost."""
    holding = [(len(path), name) for name, paths in PATHS.items() for path in paths if _is_in(target, path)]
    return max(holding, default=(0, ""))[1]


def _is_in(target: str, path: str) -> bool:
    return PurePosixPath(target.partition("::")[0]).is_relative_to(path)


def whole(results: Iterable[SuiteResult]) -> SuiteResult:
    """What the runs of all shares of an arm told, as if it had been one."""
    told = SuiteResult(finished=True)
    for one in results:
        told.collected += one.collected
        told.outcomes |= one.outcomes
        told.uncollected |= one.uncollected
        told.left_out += one.left_out
        told.broken = told.broken or one.broken
        told.trouble = told.trouble or one.trouble
        told.finished &= one.finished
    return told
