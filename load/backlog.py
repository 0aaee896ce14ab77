"""Publishing by itself, and the drain of what was published."""

from dataclasses import dataclass

from harness.processes.caller import Caller
from harness.processes.process import Process
from harness.waiting import wait_until
from load import footprint, reading
from load.audit_table import AuditTable
from load.broker import Broker

TURNS = 200  # so many publishes, or a fifth of a small backlog, are compared with a bare LPUSH each
PART = 2_500  # publishes of one call: a caller has to answer in time
SLOWEST = 5.0  # events a second that still count as draining, on a machine that has no time for us


@dataclass(frozen=True)
class Backlog:
    """Events published by `caller` while `worker` gets no time, which it then drains. Leaves the table full."""

    caller: Caller
    worker: Process
    broker: Broker
    table: AuditTable

    def measure(self, count: int) -> dict[str, float]:
        """Publish and drain `count` events. Raises WaitTimeout when not all of them become rows."""
        turns = min(TURNS, count // 5)
        with footprint.held(self.worker):
            published = {**self._publish(count - turns - 1), **self._publish_in_turns(turns)}
            queued = self.broker.bytes_per_queued_event()
            before = footprint.cpu_seconds(self.worker)
        self._drain(count)
        spent = footprint.cpu_seconds(self.worker) - before
        return {
            **published,
            "redis_bytes_per_queued_event": queued,
            "redis_bytes_per_result": self.broker.bytes_per_result(),
            "drain_rate": reading.drain_rate(self.table.rows()),
            "worker_cpu_ms_per_event": spent / count * 1000,
            "worker_rss_bytes": float(footprint.rss_bytes(self.worker)),
        }

    def _publish(self, count: int) -> dict[str, float]:
        parts = [min(PART, count - done) for done in range(0, count, PART)]
        told = [self.caller.call("load_calls:publish", prefix=f"backlog-{i}", count=n) for i, n in enumerate(parts)]
        spent = sum(one["publish_cpu_us"] * n for one, n in zip(told, parts, strict=True))
        return {"publish_cpu_us": spent / count}

    def _publish_in_turns(self, count: int) -> dict[str, float]:
        told = self.caller.call("load_calls:publish_in_turns", prefix="turns", count=count)
        return {"publish_us": told["publish_us"], "publish_per_lpush": told["publish_us"] / told["lpush_us"]}

    def _drain(self, count: int) -> None:
        done = lambda: self.broker.waiting() == 0 and self.table.count() >= count  # noqa: E731
        hint = f"The worker's log: {self.worker.child.log}"
        guard = 60 + count / SLOWEST
        wait_until(done, guard, f"{count} events are drained", abort=self.worker.raise_if_exited, hint=hint)
