"""How much of the scenarios a gate runs. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

QUICK_SECONDS = 30.0  # for one round: with a second and a third of what failed, all of --quick is under 2 minutes


class Tier(Enum):
    """The gate's three lengths, by the options of its door."""

    QUICK = "quick"
    """The scenarios with the best record of noticing breakage for their seconds (see ci.record)."""
    DEFAULT = "default"
    """All but those that are marked `full`."""
    FULL = "full"
    """All, and whatever else is left to the long form."""


@dataclass(frozen=True)
class Length:
    """How much a gate runs. `changed_only`: nothing when no pin moved; the others as in Question.reuse and .times."""

    tier: Tier
    changed_only: bool
    reuse_baseline: bool
    times: int


def limit(tier: Tier, ran: int, left_out: Sequence[str]) -> str:
    """What an answer is limited to when so many scenarios ran and these did not; empty when none was left out."""
    if not left_out:
        return ""
    if tier is Tier.QUICK:
        return f"quick: {ran} of {ran + len(left_out)} scenarios ran"
    areas = ", ".join(dict.fromkeys(one.split("/")[1] for one in left_out))
    return f"{ran} of {ran + len(left_out)} scenarios ran: the longest of {areas} are left to --full"
