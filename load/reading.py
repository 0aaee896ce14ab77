"""From answers and rows to figures. All functions are pure; times are in seconds, instants since 1970 UTC."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from load.answers import Answer, Answers

Row = tuple[str, float]  # event id, when it was made
Points = list[tuple[float, float]]


@dataclass(frozen=True)
class Counts:
    """Attempted, acked, rows, lost, duplicated, unexpected: as in Round."""

    attempted: int
    acked: int
    rows: int
    lost: int
    duplicated: int
    unexpected: int


def counts(told: Answers, rows: Sequence[Row], *, written: bool = True) -> Counts:
    """What became of the logins, once every event is drained; with `written` false nothing is to become of them."""
    effects = Counter(event for event, _ in rows)
    acked = {answer.event for answer in told.acked()}
    lost = len(acked - effects.keys()) if written else 0
    doubled = sum(1 for event, times in effects.items() if event in told.attempted and times > 1)
    unexpected = len(effects.keys() - told.attempted.keys())
    return Counts(len(told.attempted), len(acked), len(rows), lost, doubled, unexpected)


def of_logins(acked: Sequence[Answer]) -> dict[str, float]:
    """Throughput, from the first login's begin to the last answer, and the percentiles of the latencies."""
    begin = min(answer.at - answer.seconds for answer in acked)
    span = max(answer.at for answer in acked) - begin
    return {"logins_per_second": len(acked) / span, **_percentiles("login", [one.seconds for one in acked], 50, 95, 99)}


def of_lag(acked: Sequence[Answer], rows: Sequence[Row]) -> dict[str, float]:
    """Percentiles of the time from the answer to the row; a row that was there before counts as 0."""
    lags = [lag for _, lag in lag_points(acked, rows)]
    return _percentiles("lag", lags, 50, 95) if lags else {}


def drain_rate(rows: Sequence[Row]) -> float:
    """Rows a second, from the first to the last of a backlog: what came before the first is left out."""
    times = [at for _, at in rows]
    return (len(times) - 1) / (max(times) - min(times))


def lag_points(acked: Sequence[Answer], rows: Sequence[Row]) -> Points:
    """(when it was answered, seconds from there to its first row) for each login that has a row."""
    written: dict[str, float] = {}
    for event, at in rows:
        written[event] = min(at, written.get(event, at))
    return [(one.at, max(0.0, written[one.event] - one.at)) for one in acked if one.event in written]


def each_second(points: Sequence[tuple[float, float]], begun: float) -> Mapping[int, list[float]]:
    """The values by whole seconds since `begun`."""
    found: defaultdict[int, list[float]] = defaultdict(list)
    for at, value in points:
        found[int(at - begun)].append(value)
    return found


def rates(acked: Sequence[Answer], begun: float) -> Points:
    """Logins answered in each second. The last second is left out: it is cut off."""
    seconds = each_second([(answer.at, 1.0) for answer in acked], begun)
    return [(second, float(len(seconds.get(second, [])))) for second in range(max(seconds, default=0))]


def percentile_points(points: Points, begun: float, percentile: float) -> Points:
    """A percentile of what happened in each second."""
    seconds = each_second(points, begun)
    return [(second, float(np.percentile(seconds[second], percentile))) for second in sorted(seconds)]


def _percentiles(name: str, values: Sequence[float], *which: int) -> dict[str, float]:
    found = np.percentile(values, which)
    return {f"{name}_p{percent}": float(value) for percent, value in zip(which, found, strict=True)}
