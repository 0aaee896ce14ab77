"""Redis in a container."""

from harness.reaper import Reaper
from harness.services import engine
from harness.services.containers import ContainerService
from harness.services.managed_redis import ManagedRedis


class ContainerRedis(ContainerService, ManagedRedis):
    """The redis-server of engine.redis_image(), with or without persistence."""

    port_inside = 6379

    def __init__(self, reaper: Reaper, name: str = "main", *, durable: bool = False) -> None:
        self._durable = durable
        super().__init__(reaper, engine.redis_image(), f"redis-{name}")

    def _command(self) -> list[str]:
        # Protected mode would refuse the engine's bridge; outside, the port is bound to the loopback alone.
        return ["redis-server", *self._options(), "--protected-mode", "no"]
