"""Where scenarios are run for a search: services that stay up from one try to the next."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ci.endings import listen
from ci.suite import Suite, Watch
from harness.reaper import Reaper
from harness.services.desk import Desk
from harness.services.pool import Services
from harness.services.provider import Choice


@contextmanager
def bench(choice: Choice, reaper: Reaper, watch: Watch, settings: Mapping[str, Any]) -> Iterator[Suite]:
    """A suite with services of its own. Ctrl-C and SIGTERM end what is inside as KeyboardInterrupt."""
    listen()
    with Services(choice.provider, reaper) as pool:
        desk = Desk(pool, reaper)
        try:
            yield Suite(desk, reaper, watch, settings)
        finally:
            desk.close()
