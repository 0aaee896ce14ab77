"""A loopback port that stays ours while nothing listens on it."""

import socket


class HeldPort:
    """Keeps a free port of 127.0.0.1 for a server that comes and goes.

    A bound socket that does not listen stops the kernel from giving the port away, to a server that asks for
    any port or to an outgoing connection; a client that keeps on trying the port of a stopped server could
    even be connected to itself. A server that sets SO_REUSEADDR, as all of ours do, may still listen there.
    """

    def __init__(self) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", 0))
        self.number: int = self._socket.getsockname()[1]

    def release(self) -> None:
        """Give the port back to everyone."""
        self._socket.close()
