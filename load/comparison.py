"""From all rounds of two arms to what is said about them. Pure."""

from collections.abc import Mapping, Sequence
from statistics import median

from load.round import Round
from load.statistics import Weighed, weigh
from load.thresholds import Threshold

COUNTS = ("attempted", "acked", "rows", "lost", "duplicated", "unexpected")
OVERHEAD = ("login_p50", "login_p95", "web_cpu_ms_per_login")  # what a login pays for its audit line
HARMS = ("lost", "duplicated", "unexpected")


def of_arm(rounds: Sequence[Round], arm: str) -> list[Round]:
    """An arm's rounds, in the order in which they ran."""
    return [one for one in rounds if one.arm == arm]


def values(rounds: Sequence[Round], metric: str) -> list[float]:
    """A metric's values in the rounds that have it."""
    return [one.metrics[metric] for one in rounds if metric in one.metrics]


def weighed(rounds: Sequence[Round], arms: tuple[str, str], thresholds: Mapping[str, Threshold]) -> list[Weighed]:
    """Each metric that both arms have, weighed. What the way of delivery has not got, no arm has."""
    old, new = (of_arm(rounds, arm) for arm in arms)
    pairs = {name: (values(old, name), values(new, name)) for name in thresholds}
    measured = {name: pair for name, pair in pairs.items() if all(pair)}
    return [weigh(*pair, thresholds[name], len(measured)) for name, pair in measured.items()]


def overhead(rounds: Sequence[Round], arm: str, without: str = "none") -> dict[str, float]:
    """What an arm's login costs beyond that of the arm which writes nothing down: metric -> difference of medians."""
    pairs = {name: (values(of_arm(rounds, arm), name), values(of_arm(rounds, without), name)) for name in OVERHEAD}
    return {name: median(costs) - median(base) for name, (costs, base) in pairs.items() if costs and base}


def counts(rounds: Sequence[Round], arm: str) -> dict[str, int]:
    """How many logins of an arm were attempted and acked, how many rows there were, and what went wrong, in all."""
    return {name: sum(getattr(one, name) for one in of_arm(rounds, arm)) for name in COUNTS}


def harms(rounds: Sequence[Round], arms: tuple[str, str]) -> dict[str, tuple[int, int]]:
    """What happened to more events on the second arm than on the first: lost, duplicated, unexpected -> both counts."""
    old, new = (counts(rounds, arm) for arm in arms)
    return {name: (old[name], new[name]) for name in HARMS if new[name] > old[name]}
