"""Which plots a load run has: from its rounds to what plots.py draws."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any

from ci.loads import plots
from ci.loads.plots import Plot
from load.comparison import of_arm
from load.knee import Load, knee, stages
from load.round import Round

Arms = Mapping[str, Sequence[Round]]
OVER_TIME = {
    "login_p95": ("seconds", "Latency: 95 of 100 logins took less"),
    "logins_per_second": ("logins/s", "Throughput"),
    "queue_length": ("events", "Queue length: events that wait or are held"),
    "lag": ("seconds", "Lag from a login's answer to its row"),
}
BY_ROUND = {
    "login_p95": ("seconds", "Login p95 of each round, over the whole run"),
    "worker_cpu_ms_per_event": ("ms", "Worker's CPU time for an event, over the whole run"),
}
FEWEST_STAGES = 3  # of a shape that a knee can be looked for in


def pictures(data: Mapping[str, Any]) -> list[Plot]:
    """The plots of a run's load.json; none when no round came to its end."""
    rounds = [Round(**one) for one in data["rounds"]]
    arms = {arm["name"]: of_arm(rounds, arm["name"]) for arm in data["arms"]}
    arms = {name: found for name, found in arms.items() if found}
    return [*_ratios(data["answers"]), *_ramp(data, arms), *_over_time(arms), *_by_round(arms)]


def _ratios(answers: Sequence[Mapping[str, Any]]) -> Iterator[Plot]:
    if answers:
        yield plots.ratios(answers, "Each metric's ratio, its 95 % interval, and what is allowed")


def _ramp(data: Mapping[str, Any], arms: Arms) -> Iterator[Plot]:
    users = [stage["users"] for stage in data["shape"]["stages"]]
    if arms and len(users) >= FEWEST_STAGES and users == sorted(users):
        loads = {name: _stages(found) for name, found in arms.items()}
        yield plots.saturation(loads, {name: knee(found) for name, found in loads.items()}, "Throughput against load")


def _stages(rounds: Sequence[Round]) -> list[Load]:
    """The stages of a ramp: of each number of users, the median over the rounds."""
    rates: dict[float, list[float]] = {}
    for users, rate in (load for one in rounds for load in stages(one)):
        rates.setdefault(users, []).append(rate)
    return [Load(users, median(found)) for users, found in sorted(rates.items())]


def _over_time(arms: Arms) -> Iterator[Plot]:
    for series, (unit, title) in OVER_TIME.items():
        drawn = _those_with_any(arms, lambda one, series=series: one.series.get(series))  # type: ignore[misc]
        if drawn:
            yield plots.over_time(drawn, unit, title)


def _by_round(arms: Arms) -> Iterator[Plot]:
    begun = min((one.begun for found in arms.values() for one in found), default=0.0)
    for metric, (unit, title) in BY_ROUND.items():
        drawn = {
            name: [((one.begun - begun) / 60, one.metrics[metric]) for one in found if metric in one.metrics]
            for name, found in arms.items()
        }
        if drawn := {name: points for name, points in drawn.items() if len(points) > 1}:
            yield plots.by_round(drawn, unit, title)


def _those_with_any(arms: Arms, points_of: Callable[[Round], Any]) -> dict[str, list[Any]]:
    drawn = {name: [points for one in found if (points := points_of(one))] for name, found in arms.items()}
    return {name: runs for name, runs in drawn.items() if runs}
