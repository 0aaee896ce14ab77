"""What one measured round of one arm told."""

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Round:
    """One shape of load on one arm, once. Not for judging: comparisons work on many of these.

    `arm` is the name that whoever asks gave the stack, `way` the way of delivery (ways.py), `shape` the shape's name
    (shapes.toml), `begun` seconds since 1970, UTC. `metrics`: metric name (metrics.py) -> value; what the way has not
    got (no worker: no drain rate) is absent. `latencies`: seconds of each acked login, in the order of the answers.
    `series`: name -> (seconds since the first login, value) of SERIES. The counts are of logins (attempted, acked:
    answered with 200) and of their rows; lost, duplicated and unexpected as in harness.checkers.delivery.
    """

    arm: str
    way: str
    shape: str
    begun: float
    metrics: dict[str, float] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)
    series: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    attempted: int = 0
    acked: int = 0
    rows: int = 0
    lost: int = 0
    duplicated: int = 0
    unexpected: int = 0

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Round":
        """The reverse of to_json."""
        facts = json.loads(text)
        facts["series"] = {name: [(at, value) for at, value in points] for name, points in facts["series"].items()}
        return cls(**facts)


SERIES = {
    "logins_per_second": "logins answered in each second, 1/s",
    "login_p95": "95 of 100 logins answered in that second took less, s",
    "queue_length": "events waiting or held by a worker",
    "lag": "from answer to row, the median of the logins answered in that second, s",
    "users": "users who were there",
}
