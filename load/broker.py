"""One Redis database as the rig looks at it: what waits there, and what that takes."""

from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import redis

QUEUE = "celery"
RESULTS = "celery-task-meta-*"
SAMPLE = 200  # results whose memory is asked for
CHUNK = 1000


class Broker:
    """Looks through one connection, which is there before anybody counts connections."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client: Any = redis.Redis.from_url(url)
        self._client.ping()

    def waiting(self) -> int:
        """Events that no worker has acknowledged."""
        with self._client.pipeline(transaction=False) as both:
            both.llen(QUEUE)
            both.hlen("unacked")
            return int(sum(both.execute()))

    def bytes_per_queued_event(self) -> float:
        """Memory of the queue for each event in it; 0 when it is empty."""
        count = self._client.llen(QUEUE)
        return self._client.memory_usage(QUEUE, samples=0) / count if count else 0.0

    def bytes_per_result(self) -> float:
        """Memory of a kept result, on average over some; 0 when there is none."""
        keys = [key for key, _ in zip(self._client.scan_iter(RESULTS, CHUNK), range(SAMPLE), strict=False)]
        sizes = [self._client.memory_usage(key, samples=0) for key in keys]
        return sum(sizes) / len(sizes) if sizes else 0.0

    def connections(self) -> int:
        """How many were opened on the server so far, by anybody."""
        return int(self._client.info("stats")["total_connections_received"])

    def forget_results(self) -> None:
        """Throw the kept results away, and nothing else: a worker may be listening."""
        batch: list[bytes] = []
        for key in self._client.scan_iter(RESULTS, CHUNK):
            batch.append(key)
            if len(batch) == CHUNK:
                self._client.unlink(*batch)
                batch.clear()
        if batch:
            self._client.unlink(*batch)

    def empty(self) -> None:
        """Throw the whole database away."""
        self._client.flushdb()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()


def numbered(url: str, number: int) -> str:
    """The address of another database of the same server."""
    return urlsplit(url)._replace(path=f"/{number}").geturl()
