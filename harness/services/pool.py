"""Makes and owns the services of one run."""

import threading
from contextlib import ExitStack
from typing import TypeVar

from harness.errors import UsageError
from harness.reaper import Reaper
from harness.services.base import PostgresService, RedisService, Service, ServicePool

S = TypeVar("S", bound=Service)
PROVIDERS = ("container", "embedded")


class Services(ServicePool):
    """Owns the services of one run: a Redis for each name, one PostgreSQL. Not for choosing the provider."""

    def __init__(self, provider: str, reaper: Reaper) -> None:
        """`provider` is "container" or "embedded". Raises UsageError for another."""
        if provider not in PROVIDERS:
            raise UsageError(f"no provider {provider!r}: choose one of {', '.join(PROVIDERS)}")
        self.provider = provider
        self._reaper = reaper
        self._lock = threading.Lock()
        self._redis: dict[str, RedisService] = {}
        self._postgres: list[PostgresService] = []

    def redis(self, name: str = "main") -> RedisService:
        """See ServicePool.redis. Raises ServiceDied when it does not come up; the next call tries anew."""
        with self._lock:
            if name not in self._redis:
                self._redis[name] = _started(_make_redis(self.provider, self._reaper, name))
            return self._redis[name]

    def postgres(self) -> PostgresService:
        """See ServicePool.postgres. Raises ServiceDied when it does not come up; the next call tries anew."""
        with self._lock:
            if not self._postgres:
                self._postgres.append(_started(_make_postgres(self.provider, self._reaper)))
            return self._postgres[0]

    def raise_if_died(self) -> None:
        """See ServicePool.raise_if_died."""
        for service in self._all():
            service.raise_if_died()

    def close(self) -> None:
        """See ServicePool.close. The pool can be used again afterwards, with new services."""
        services = self._all()
        self._redis, self._postgres = {}, []
        with ExitStack() as closing:  # each is closed, whatever happens to the others
            for service in services:
                closing.callback(service.close)

    def _all(self) -> list[Service]:
        return [*self._redis.values(), *self._postgres]


# Imported when asked for: Docker's client and PostgreSQL's driver take their time.
def _make_redis(provider: str, reaper: Reaper, name: str) -> RedisService:
    if provider == "container":
        from harness.services.container_redis import ContainerRedis  # noqa: PLC0415

        return ContainerRedis(reaper, name)
    from harness.services.embedded_redis import EmbeddedRedis  # noqa: PLC0415

    return EmbeddedRedis(reaper, name)


def _make_postgres(provider: str, reaper: Reaper) -> PostgresService:
    if provider == "container":
        from harness.services.container_postgres import ContainerPostgres  # noqa: PLC0415

        return ContainerPostgres(reaper)
    from harness.services.embedded_postgres import EmbeddedPostgres  # noqa: PLC0415

    return EmbeddedPostgres(reaper)


def _started(service: S) -> S:
    try:
        service.start()
    except BaseException:
        service.close()
        raise
    return service
