"""What a gate is asked."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ci.accepted import Acceptance
from ci.pins.stacks import Pins
from ci.settings import told
from ci.tier import Tier
from harness.stack.store import Stack

ALL = ("scenarios",)
ARMS = ("baseline", "candidate")
LOAD = "load/ab"  # begins the id of whatever the load comparison tells
LOAD_ROUNDS = f"{LOAD}::rounds"  # whether it came to its end
MOMENTS = (*ALL, "scenarios/upgrade", "scenarios/upgrade/test_moments.py")  # who walks through them


@dataclass(frozen=True)
class Question:
    """What is asked: two stacks by name, and which scenarios.

    An arm whose stack is made of a team's own file has it in `pins`. A replay brings the `locks` of its run by arm, and
    what changed there, scenario by scenario (`before`). The `acceptances` are weighed as of `today` (UTC). The
    `settings` are a team's (harness.laid_over), on both arms. All is run `times` times; `keep` opens a shell into
    the first round that fails, or else into the last one. The `tier` says how much of the targets runs; the quick one
    runs the `selected` scenarios. With `reuse` the baseline's outcomes may be those of an earlier run.
    """

    baseline: str
    candidate: str
    targets: tuple[str, ...]
    locks: Mapping[str, Stack] = field(default_factory=dict)
    pins: Mapping[str, Pins] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    acceptances: Sequence[Acceptance] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    times: int = 1
    keep: bool = False
    tier: Tier = Tier.DEFAULT
    selected: tuple[str, ...] = ()
    reuse: bool = False
    today: dt.date = field(default_factory=lambda: dt.datetime.now(dt.UTC).date())

    @property
    def walks(self) -> bool:
        """Whether it asks about the moments of the upgrade."""
        return any(one in MOMENTS or one.startswith(MOMENTS[-1]) for one in self.selected or self.targets)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Those of the targets that pytest runs."""
        return tuple(one for one in self.targets if not one.startswith(LOAD))

    @property
    def loads(self) -> bool:
        """Whether the stacks are loaded as well: in the long form of everything, and when a replay asks for it."""
        return len(self.scenarios) < len(self.targets) or (self.tier is Tier.FULL and self.targets == ALL)

    def asks_for(self, load: str) -> bool:
        """Whether it asks about this id of the load comparison: one that was named, or else any."""
        named = [one for one in self.targets if one.startswith(LOAD)]
        return not named or load in named or LOAD_ROUNDS in named

    def limits(self) -> str:
        """What the answer is limited to, when not everything was asked."""
        limits = [] if self.targets == ALL else [f"only this was asked about: {', '.join(self.targets)}"]
        limits += [f"with these settings on both: {told(self.settings)}"] if self.settings else []
        return "; ".join(limits)

    def named(self, arm: str) -> str:
        """The name of an arm's stack."""
        return self.baseline if arm == "baseline" else self.candidate
