"""Where scenarios are run for a search: services that stay up from one try to the next."""

import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ci.suite import Suite, Watch
from harness.reaper import Reaper
from harness.services.desk import Desk
from harness.services.pool import Services
from harness.services.provider import Choice


@contextmanager
def bench(choice: Choice, reaper: Reaper, watch: Watch, settings: Mapping[str, Any]) -> Iterator[Suite]:
    """A suite with services of its own. Ctrl-C and SIGTERM end what is inside as KeyboardInterrupt."""
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _interrupt)
    with Services(choice.provider, reaper) as pool:
        desk = Desk(pool, reaper)
        try:
            yield Suite(desk, reaper, watch, settings)
        finally:
            desk.close()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
