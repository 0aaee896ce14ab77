"""From the arguments of `preflight load` to a question; what means nothing is refused before a run begins."""

from dataclasses import dataclass, replace

from ci.asked import DEFAULTS
from ci.checkout import CACHE, STACKS
from ci.loads import controls
from ci.loads.design import AB, WAYS, Design
from ci.loads.question import PROJECT, LoadQuestion, Side
from ci.question import ARMS
from harness.errors import UsageError
from harness.reaper import Reaper
from harness.stack.store import Store
from load import shapes, ways


@dataclass(frozen=True)
class Options:
    """What was given on the command line; None where nothing was."""

    baseline: str | None = None
    candidate: str | None = None
    way: str | None = None
    shape: str | None = None
    rounds: int | None = None
    backlog: int | None = None
    password_hash: str = "cheap"  # noqa: S105 - a way of hashing
    control: str | None = None


def asked(options: Options) -> LoadQuestion:
    """The question. Raises UsageError for names that mean nothing and options that do not go together."""
    if options.baseline or options.candidate:
        return LoadQuestion("stacks", _two_stacks(options), _design(AB, options), options.password_hash)
    if options.way or options.control:
        raise UsageError("--way and --control are for two stacks: give --baseline or --candidate as well")
    sides = tuple(Side(one.name, PROJECT, one.name) for one in ways.WAYS)
    return LoadQuestion("ways", sides, _design(WAYS, options), options.password_hash)


def _two_stacks(options: Options) -> tuple[Side, ...]:
    names = {arm: getattr(options, arm) or DEFAULTS[arm] for arm in ARMS}
    way = ways.find(options.way or "safe").name
    with Reaper() as reaper:
        store = Store(STACKS, CACHE, reaper)
        for name in names.values():
            store.check(name)
    old, new = (Side(arm, name, way) for arm, name in names.items())
    return old, replace(new, control=controls.find(options.control)) if options.control else new


def _design(usual: Design, options: Options) -> Design:
    """The usual one, with what was asked for in its place.

    A shape that was named takes its own time, and of backlogs of a size that was there is one in a round.
    """
    shape = shapes.find(options.shape) if options.shape else usual.shape
    design = replace(usual, shape=shape, rounds=options.rounds or usual.rounds)
    return replace(design, backlog=options.backlog, drains=1) if options.backlog else design
