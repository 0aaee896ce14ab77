"""A network between a client and a server that can be made slow, or lose everything without a word."""

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit

CHUNK = 65536
LOOKS_SECONDS = 0.2  # how soon a thread notices that the proxy was closed


class Proxy:
    """Forwards TCP connections to one server. Not for many bytes, and not for faults of the server itself."""

    def __init__(self, url: str) -> None:
        """`url` is the server's; its own has another port and is otherwise the same."""
        parts = urlsplit(url)
        self._server = (parts.hostname, parts.port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(LOOKS_SECONDS)
        self._flows = threading.Event()
        self._flows.set()
        self._closed = False
        self._delay = 0.0
        self.url = url.replace(f":{parts.port}", f":{self._listening.getsockname()[1]}")
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def delay(self, seconds: float) -> None:
        """From now on every answer takes that much longer."""
        self._delay = seconds

    def silence(self) -> None:
        """Forward nothing any more, in either direction, and tell nobody."""
        self._flows.clear()

    def heal(self) -> None:
        """Forward again, first what was kept."""
        self._flows.set()

    def close(self) -> None:
        """Cut everything and return when no thread is left."""
        self._closed = True
        self._flows.set()
        for thread in list(self._threads):
            thread.join()
        self._listening.close()

    def __enter__(self) -> "Proxy":  # noqa: PYI034 - typing.Self came with Python 3.11
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _accept(self) -> None:
        while not self._closed:
            with suppress(TimeoutError):
                near, _ = self._listening.accept()
                self._join(near)

    def _join(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(self._server)
        except OSError:
            near.close()
            return
        for one in (near, far):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            one.settimeout(LOOKS_SECONDS)
        for source, drain, answers in ((near, far, False), (far, near, True)):
            thread = threading.Thread(target=self._forward, args=(source, drain, answers), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _forward(self, source: socket.socket, drain: socket.socket, answers: bool) -> None:
        with suppress(OSError):
            while data := self._read(source):
                self._flows.wait()
                if answers:
                    time.sleep(self._delay)
                drain.sendall(data)
        for one in (source, drain):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        source.close()

    def _read(self, source: socket.socket) -> bytes:
        while not self._closed:
            with suppress(TimeoutError):
                return source.recv(CHUNK)
        return b""
