"""What every Redis of ours has in common. Its two questions are asked without a client library."""

import socket
from urllib.parse import quote

from harness.services.base import RedisService
from harness.services.managed import ManagedService
from harness.services.ports import HeldPort

ANSWER_SECONDS = 1.0  # later than that it counts as down
WORK_SECONDS = 30.0  # a guard against hanging
# As in production, where it is rarely one that can stand in a URL as it is.
PASSWORD = "pre/flight@1"  # noqa: S105 - of servers that live for a run, on the loopback
AUTHENTICATED = ("--requirepass", PASSWORD)
WITHOUT_PERSISTENCE = ("--save", "", "--appendonly", "no")
# Every answered write has been handed to the kernel, which outlives the server: nothing has to reach the disk for that.
DURABLE = ("--save", "", "--appendonly", "yes", "--appendfsync", "no")


class ManagedRedis(ManagedService, RedisService):
    """A Redis on a loopback port that the provider holds."""

    _port: HeldPort
    _durable: bool

    @property
    def url(self) -> str:
        """See RedisService.url."""
        return f"redis://:{quote(PASSWORD, safe='')}@127.0.0.1:{self._port.number}/0"

    def flush(self) -> None:
        """See RedisService.flush."""
        if self._ask("FLUSHALL", WORK_SECONDS) != "+OK":
            raise self._obituary("did not do FLUSHALL")

    def _options(self) -> list[str]:
        """What every provider starts it with."""
        return [*AUTHENTICATED, *(DURABLE if self._durable else WITHOUT_PERSISTENCE)]

    def _answers(self) -> bool:
        return self._ask("PING") == "+PONG"

    def _ask(self, command: str, seconds: float = ANSWER_SECONDS) -> str | None:
        """The first line of the answer, None when there is none in time."""
        try:
            with socket.create_connection(("127.0.0.1", self._port.number), seconds) as connection:
                connection.sendall(f"AUTH {PASSWORD}\r\n{command}\r\n".encode())
                answers = connection.makefile()
                answers.readline()
                return answers.readline().strip()
        except OSError:
            return None
