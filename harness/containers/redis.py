"""Broker and result backend as pytest-celery's Redis vendor runs them.

Its fixtures are left aside: they work for one test each, and can neither be given an image nor be told where they are
reachable (pytest-docker-tools hands out the address inside the network when a marker file makes it believe that it runs
in a container itself). Its classes do the work.
"""

from pytest_celery.vendors.redis.container import RedisContainer

from harness.services import engine

PORT = "6379/tcp"


class LoopbackRedis(RedisContainer):  # type: ignore[misc]
    """A Redis that is reached on our loopback from outside, and by its name from inside the network."""

    @classmethod
    def image(cls) -> str:
        """The image that the container provider uses too."""
        return engine.redis_image()

    @classmethod
    def ports(cls) -> dict[str, tuple[str, None]]:
        """A free port, on the loopback alone."""
        return {PORT: ("127.0.0.1", None)}

    @property
    def port(self) -> int:
        """The port outside."""
        self.reload()
        return int(self.attrs["NetworkSettings"]["Ports"][PORT][0]["HostPort"])

    @property
    def host_url(self) -> str:
        """The address outside."""
        return f"{self.prefix()}127.0.0.1:{self.port}/{self.vhost}"
