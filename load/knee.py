"""Where more users stop bringing more logins."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from load.round import Round

STILL_GROWING = 1.1  # the last step brought more than a tenth: no saturation was seen


class Load(NamedTuple):
    """One stage of a ramp: so many users got so many logins a second."""

    users: float
    rate: float


def knee(loads: Sequence[Load]) -> Load | None:
    """The stage at the knee of throughput against load; None with fewer than three stages or while it still grows.

    That is the point farthest above the line from the first to the last, both axes scaled to 0..1, as in Kneedle
    (Satopää et al., "Finding a 'Kneedle' in a Haystack", 2011), without its smoothing: stages are few.
    """
    ordered = sorted(loads)
    if len(ordered) < 3 or ordered[-1].rate > STILL_GROWING * max(one.rate for one in ordered[:-1]):
        return None
    low, high = ordered[0], max(ordered, key=lambda one: one.rate)
    if high.rate <= low.rate:
        return low  # one user alone saturates it
    users, rate = ordered[-1].users - low.users, high.rate - low.rate
    return max(ordered, key=lambda one: (one.rate - low.rate) / rate - (one.users - low.users) / users)


def stages(measured: Round) -> list[Load]:
    """The stages of a ramp's round, fewest users first; the second in which their number changed is left out."""
    rates = dict(measured.series["logins_per_second"])
    found: defaultdict[float, list[float]] = defaultdict(list)
    before = None
    for second, users in measured.series["users"]:
        if users == before and second in rates:
            found[users].append(rates[second])
        before = users
    return [Load(users, sum(values) / len(values)) for users, values in sorted(found.items())]
