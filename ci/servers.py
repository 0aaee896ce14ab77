"""The servers of one run of the gate, started when they are first asked for."""

from contextlib import suppress
from functools import cached_property

from harness.reaper import Reaper
from harness.services.desk import Desk
from harness.services.pool import Services


class Servers:
    """Owns the services, and the desk that lends them to pytest runs."""

    def __init__(self, provider: str, reaper: Reaper) -> None:
        self._provider = provider
        self._reaper = reaper

    @cached_property
    def services(self) -> Services:
        """Redis and PostgreSQL by name."""
        return Services(self._provider, self._reaper)

    @cached_property
    def desk(self) -> Desk:
        """Lends the services."""
        return Desk(self.services, self._reaper)

    def close(self) -> None:
        """Stop them. A server that cannot be stopped any more is left to the guardian."""
        for name in ("desk", "services"):
            with suppress(Exception):
                if name in self.__dict__:
                    getattr(self, name).close()
