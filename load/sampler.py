"""Looks at the queue every now and then while something else goes on."""

import threading
import time
from types import TracebackType
from typing import Self

from load.broker import Broker

APART_SECONDS = 0.25


class Sampler:
    """Inside its context, how many events wait is noted; `points` are (seconds since 1970 UTC, events)."""

    def __init__(self, url: str) -> None:
        self.points: list[tuple[float, float]] = []
        self._broker = Broker(url)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def _look(self) -> None:
        while not self._over.wait(APART_SECONDS):
            self.points.append((time.time(), float(self._broker.waiting())))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
        self._broker.__exit__(kind, error, trace)
