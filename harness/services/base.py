"""What a Redis and a PostgreSQL can do, whoever provides them and in whichever process they are owned.

Standard library only, and Python 3.10: stacks import this file too.
"""

from abc import ABC, abstractmethod
from types import TracebackType


class Service(ABC):
    """One real server that can be stopped, killed and started again. Not for faults in the network before it.

    Every method may be called from any thread. A call that finds its work done already does nothing.
    """

    @property
    @abstractmethod
    def provider(self) -> str:
        """Who runs it: "container" or "embedded"."""

    @property
    @abstractmethod
    def description(self) -> str:
        """Program, version and where they come from, for people to read."""

    @abstractmethod
    def start(self) -> None:
        """Return when it answers, on the same address as ever. Raises ServiceDied when it does not."""

    @abstractmethod
    def stop(self) -> None:
        """Ask it to end and return when it is gone, its address free for the next start."""

    @abstractmethod
    def kill(self) -> None:
        """SIGKILL it and return when all its processes are gone."""

    @abstractmethod
    def freeze(self) -> None:
        """Stop all its processes in their tracks: its address still takes connections, and nothing answers."""

    @abstractmethod
    def resume(self) -> None:
        """Let a frozen service go on, as if no time had passed."""

    @abstractmethod
    def is_up(self) -> bool:
        """True when it answers a question right now; waits two seconds for the answer at most."""

    @abstractmethod
    def raise_if_died(self) -> None:
        """Raise ServiceDied, with its last log lines, when it is gone without having been told to stop."""

    @abstractmethod
    def close(self) -> None:
        """Stop it for good and throw its data away."""


class RedisService(Service):
    """A Redis that comes back empty from a stop or a kill; a durable one comes back with every answered write."""

    @property
    @abstractmethod
    def url(self) -> str:
        """redis://:PASSWORD@127.0.0.1:PORT/0, known before the first start and the same after every other."""

    @abstractmethod
    def flush(self) -> None:
        """Forget all keys of all databases. Raises ServiceDied when it does not answer."""


class PostgresService(Service):
    """A PostgreSQL whose databases survive stop and kill, until it is closed."""

    @abstractmethod
    def create_database(self, name: str) -> str:
        """Make an empty database, in the place of an older one with its name; returns its DATABASE_URL.

        That is `postgresql://user:password@127.0.0.1:PORT/name`, or through a unix socket
        `postgresql:///name?host=/folder&user=x&port=n`. Raises ServiceDied when the server does not answer.
        """

    @abstractmethod
    def drop_database(self, name: str) -> None:
        """Remove a database if it exists, ending the connections to it. Raises ServiceDied as above."""


class ServicePool(ABC):
    """The services of one run, made when they are first asked for."""

    @abstractmethod
    def redis(self, name: str = "main", *, durable: bool = False) -> RedisService:
        """The Redis of that name. The first call starts it; later ones leave it as it is, up or down.

        A durable one is another one than that of the same name which is not.
        """

    @abstractmethod
    def postgres(self, name: str = "main") -> PostgresService:
        """The PostgreSQL of that name; as for Redis. Everybody shares "main", so no harm is done to it."""

    @abstractmethod
    def raise_if_died(self) -> None:
        """Raise ServiceDied for the first service that is gone without having been told to stop."""

    @abstractmethod
    def close(self) -> None:
        """Close what was made here; what is lent from elsewhere stays its owner's."""

    def __enter__(self) -> "ServicePool":  # noqa: PYI034 - typing.Self came with Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
