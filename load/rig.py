"""The rig: one arm's web server and worker under load, and what is measured there."""

import time
from contextlib import ExitStack
from dataclasses import asdict
from types import TracebackType
from typing import Self

from load import footprint, parts, reading
from load.answers import Answers
from load.arm import Arm, Servers
from load.backlog import Backlog
from load.glance import Glance, answered_lately
from load.reading import Points, Row
from load.round import Round
from load.sampler import Sampler
from load.shapes import Shape, find

__all__ = ["Arm", "Rig", "Servers"]

WARM_SECONDS = 2.0
WARM_BACKLOG = 250


class Rig:
    """An arm's processes, up and idle between rounds. Several may be up at once on the same servers.

    `number` tells them apart: each has a Redis database and a PostgreSQL database of that number to itself.
    """

    def __init__(self, arm: Arm, servers: Servers, number: int = 0) -> None:
        self.arm = arm
        self._servers = servers
        self._number = number
        self._rounds = 0
        self._open = ExitStack()

    def __enter__(self) -> Self:
        """Make the database and its users, start web server and worker, and load it until all of it is warm."""
        self._parts = self._open.enter_context(parts.up(self.arm, self._servers, self._number))
        with self._open.pop_all() as opening:
            self._warm_up()
            self._open = opening.pop_all()
        return self

    def renew(self) -> None:
        """Start all processes anew, and load them until they are warm; the database stays."""
        self._parts = self._parts.renewed()
        self._warm_up()

    def glance(self) -> Glance:
        """What is going on right now; may be asked from another thread while a round goes on."""
        notebook = self._parts.locust.folder / f"{self._name}.jsonl"
        return Glance(answered_lately(notebook), self._parts.broker.waiting())

    @property
    def _name(self) -> str:
        """What the current round's files are called."""
        return f"round-{self._rounds}"

    def _warm_up(self) -> None:
        self.log_in(find("steady").lasting(WARM_SECONDS))
        self.drain(WARM_BACKLOG)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the processes and drop the database."""
        self._open.__exit__(kind, error, trace)

    def log_in(self, shape: Shape) -> Round:
        """Load it once, and wait until every event is written: a round that knows nothing of a backlog.

        Raises PreflightError when no login was answered or one was refused: that is no result.
        """
        self._rounds += 1
        begun = time.time()
        self._forget()
        told, rows, metrics, queue = self._load(shape)
        figures = reading.counts(told, rows, written=self.arm.way != "none")
        metrics |= {**reading.of_logins(told.acked()), **reading.of_lag(told.acked(), rows)}
        latencies = [answer.seconds for answer in told.acked()]
        series = _series(told, rows, queue, shape)
        return Round(self.arm.name, self.arm.way, shape.name, begun, metrics, latencies, series, **asdict(figures))

    def drain(self, count: int) -> dict[str, float]:
        """Measure publishing and the drain of so many events; nothing where no worker is.

        Raises WaitTimeout when events get lost.
        """
        if not self._parts.worker:
            return {}
        self._forget()
        backlog = Backlog(self._parts.caller, self._parts.worker, self._parts.broker, self._parts.table)
        return backlog.measure(count)

    def _forget(self) -> None:
        self._parts.table.empty()
        self._parts.broker.forget_results()

    def _load(self, shape: Shape) -> tuple[Answers, list[Row], dict[str, float], Points]:
        web, name = self._parts.web, self._name
        with Sampler(self._parts.broker.url) as sampler:
            spent, opened = footprint.cpu_seconds(web), self._connections()  # the sampler's own is open by then
            told = self._parts.locust.run(shape, name, self._parts.raise_if_exited)
            self._parts.drain(len(told.acked()))
        logins = len(told.acked())
        metrics = {
            "web_cpu_ms_per_login": (footprint.cpu_seconds(web) - spent) / logins * 1000,
            "web_rss_bytes": float(footprint.rss_bytes(web)),
        }
        for server, count in self._connections().items():
            metrics[f"{server}_connections_per_1000_events"] = (count - opened[server]) / logins * 1000
        return told, self._parts.table.rows(), metrics, sampler.points

    def _connections(self) -> dict[str, int]:
        return {"postgres": self._parts.table.connections(), "redis": self._parts.broker.connections()}


def _series(told: Answers, rows: list[Row], queue: Points, shape: Shape) -> dict[str, Points]:
    begun = min(told.attempted.values())
    acked = told.acked()
    return {
        "logins_per_second": reading.rates(acked, begun),
        "login_p95": reading.percentile_points([(one.at, one.seconds) for one in acked], begun, 95),
        "queue_length": [(at - begun, length) for at, length in queue if at >= begun],
        "lag": reading.percentile_points(reading.lag_points(acked, rows), begun, 50),
        "users": [(second, float(stage.users)) for second in range(int(shape.seconds)) if (stage := shape.at(second))],
    }
