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
    """Owns the services of one run: a Redis and a PostgreSQL for each name. Not for choosing the provider."""

    def __init__(self, provider: str, reaper: Reaper) -> None:
        """`provider` is "container" or "embedded". Raises UsageError for another."""
        if provider not in PROVIDERS:
            raise UsageError(f"no provider {provider!r}: choose one of {', '.join(PROVIDERS)}")
        self.provider = provider
        self._reaper = reaper
        self._lock = threading.Lock()
        self._redis: dict[tuple[str, bool], RedisService] = {}
        self._postgres: dict[str, PostgresService] = {}

    def redis(self, name: str = "main", *, durable: bool = False) -> RedisService:
        """See ServicePool.redis. Raises ServiceDied when it does not come up; the next call tries anew."""
        with self._lock:
            if (name, durable) not in self._redis:
                self._redis[name, durable] = _started(_make_redis(self.provider, self._reaper, name, durable=durable))
            return self._redis[name, durable]

    def postgres(self, name: str = "main") -> PostgresService:
        """See ServicePool.postgres. Raises ServiceDied when it does not come up; the next call tries anew."""
        with self._lock:
            if name not in self._postgres:
                self._postgres[name] = _started(_make_postgres(self.provider, self._reaper))
            return self._postgres[name]

    def raise_if_died(self) -> None:
        """See ServicePool.raise_if_died."""
        for service in self._suspects():
            service.raise_if_died()

    def close(self) -> None:
        """See ServicePool.close. The pool can be used again afterwards, with new services."""
        services = self._all()
        self._redis, self._postgres = {}, {}
        with ExitStack() as closing:  # each is closed, whatever happens to the others
            for service in services:
                closing.callback(service.close)

    def _all(self) -> list[Service]:
        return [*self._redis.values(), *self._postgres.values()]

    def _suspects(self) -> list[Service]:
        """Which to ask whether it died: the engine takes as long to tell of all its containers as of one of them."""
        services = self._all()
        if self.provider != "container" or not services:
            return services
        from harness.services.containers import not_running  # noqa: PLC0415 - as below

        return not_running(services)


# Imported when asked for: Docker's client and PostgreSQL's driver take their time.
def _make_redis(provider: str, reaper: Reaper, name: str, *, durable: bool = False) -> RedisService:
    if provider == "container":
        from harness.services.container_redis import ContainerRedis  # noqa: PLC0415

        return ContainerRedis(reaper, name, durable=durable)
    from harness.services.embedded_redis import EmbeddedRedis  # noqa: PLC0415

    return EmbeddedRedis(reaper, name, durable=durable)


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
