"""The figures of one round, in one place: what each is called, its unit, and which way is better."""

from dataclasses import dataclass
from enum import Enum


class Source(Enum):
    """What a metric is read off, which says how much noise to expect from a busy machine."""

    WALL = "wall clock"
    """Disturbed by whatever else runs on the machine."""
    CPU = "CPU time of the processes themselves"
    """Backs the wall clock where that is too noisy to tell."""
    COUNT = "counted"
    """Hardly any noise."""


@dataclass(frozen=True)
class Metric:
    """One figure. `better` is "lower" or "higher"; `zero_is_usual`: a ratio of two of them may have no meaning."""

    name: str
    unit: str
    better: str
    source: Source
    meaning: str
    zero_is_usual: bool = False


METRICS = (
    Metric("logins_per_second", "1/s", "higher", Source.WALL, "logins answered with 200 while the users were there"),
    Metric("login_p50", "s", "lower", Source.WALL, "half of the logins took less"),
    Metric("login_p95", "s", "lower", Source.WALL, "95 of 100 logins took less"),
    Metric("login_p99", "s", "lower", Source.WALL, "99 of 100 logins took less"),
    Metric(
        "lag_p50",
        "s",
        "lower",
        Source.WALL,
        "from a login's answer to its row, half of them; 0 where it was there before",
        zero_is_usual=True,
    ),
    Metric("lag_p95", "s", "lower", Source.WALL, "from a login's answer to its row, 95 of 100", zero_is_usual=True),
    Metric("drain_rate", "events/s", "higher", Source.WALL, "rows out of a backlog, from the first to the last"),
    Metric("publish_us", "µs", "lower", Source.WALL, "one log_auth_event, its message on the broker (median)"),
    Metric("publish_per_lpush", "ratio", "lower", Source.WALL, "the same in LPUSHes of the same bytes, done in turns"),
    Metric("publish_cpu_us", "µs", "lower", Source.CPU, "CPU time of the publisher for one log_auth_event"),
    Metric("web_cpu_ms_per_login", "ms", "lower", Source.CPU, "CPU time of the web server's processes for one login"),
    Metric("worker_cpu_ms_per_event", "ms", "lower", Source.CPU, "CPU time of the worker's processes for one event"),
    Metric("web_rss_bytes", "bytes", "lower", Source.COUNT, "memory of the web server's processes after the logins"),
    Metric("worker_rss_bytes", "bytes", "lower", Source.COUNT, "memory of the worker's processes after the backlog"),
    Metric("redis_bytes_per_queued_event", "bytes", "lower", Source.COUNT, "memory of the queue for one waiting event"),
    Metric(
        "redis_bytes_per_result",
        "bytes",
        "lower",
        Source.COUNT,
        "memory of one kept result; 0 where none is kept",
        zero_is_usual=True,
    ),
    Metric(
        "postgres_connections_per_1000_events",
        "connections",
        "lower",
        Source.COUNT,
        "connections opened on PostgreSQL for 1,000 logins and their events",
        zero_is_usual=True,
    ),
    Metric(
        "redis_connections_per_1000_events",
        "connections",
        "lower",
        Source.COUNT,
        "connections opened on Redis for 1,000 logins and their events",
        zero_is_usual=True,
    ),
)
BY_NAME = {metric.name: metric for metric in METRICS}
