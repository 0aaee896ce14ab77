"""Makes and owns the services of one run."""

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Generic, TypeVar

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
        self._redis: dict[tuple[str, bool], _Place[RedisService]] = {}
        self._postgres: dict[str, _Place[PostgresService]] = {}

    def redis(self, name: str = "main", *, durable: bool = False) -> RedisService:
        """See ServicePool.redis. Raises ServiceDied when it does not come up; the next call tries anew."""
        with self._lock:
            place = self._redis.setdefault((name, durable), _Place())
        return place.get(lambda: _make_redis(self.provider, self._reaper, name, durable=durable))

    def postgres(self, name: str = "main") -> PostgresService:
        """See ServicePool.postgres. Raises ServiceDied when it does not come up; the next call tries anew."""
        with self._lock:
            place = self._postgres.setdefault(name, _Place())
        return place.get(lambda: _make_postgres(self.provider, self._reaper))

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
        with self._lock:
            made: list[Service | None] = [place.service for place in self._redis.values()]
            made += [place.service for place in self._postgres.values()]
        return [service for service in made if service]

    def _suspects(self) -> list[Service]:
        """Which to ask whether it died: the engine takes as long to tell of all its containers as of one of them."""
        services = self._all()
        if self.provider != "container" or not services:
            return services
        from harness.services.containers import not_running  # noqa: PLC0415 - as below

        return not_running(services)


class _Place(Generic[S]):
    """Where one service is kept, made by whoever asks first.

    Each has a lock of its own: a fault must not last until the service of somebody else is up, and whoever ends one
    asks the pool for its service.
    """

    def __init__(self) -> None:
        self.service: S | None = None
        self._lock = threading.Lock()

    def get(self, make: Callable[[], S]) -> S:
        with self._lock:
            if self.service is None:
                self.service = _started(make())
            return self.service


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
