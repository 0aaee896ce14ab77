"""What every service that we start ourselves has in common: who told it what, and whether it obeyed."""

import threading
from abc import abstractmethod

from harness.errors import ServiceDied, WaitTimeout
from harness.services.base import Service
from harness.waiting import wait_until


class ManagedService(Service):
    """Remembers whether the service is meant to be up; how is the providers' part. Not for lent services."""

    ready_within = 60.0  # seconds; a bound for a broken machine, not a measure

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._wanted = False
        self._closed = False
        self._frozen = False

    def start(self) -> None:
        """See Service.start. Raises ServiceDied too when it died earlier: that is not mended in silence."""
        with self._lock:
            if self._closed:
                raise ServiceDied(f"{self.description} was closed and cannot be started again")
            self.raise_if_died()
            if not self._wanted:
                self._bring_up()
                self._wanted = True

    def stop(self) -> None:
        """See Service.stop."""
        with self._lock:
            self._wanted = False
            self.resume()  # it could not hear
            self._end(politely=True)

    def kill(self) -> None:
        """See Service.kill."""
        with self._lock:
            self._wanted = False
            self._frozen = False
            self._end(politely=False)

    def freeze(self) -> None:
        """See Service.freeze."""
        with self._lock:
            if self._runs() and not self._frozen:
                self._freeze()
                self._frozen = True

    def resume(self) -> None:
        """See Service.resume."""
        with self._lock:
            if self._frozen:
                self._frozen = False
                self._resume()

    def is_up(self) -> bool:
        """See Service.is_up."""
        return self._runs() and self._answers()

    def raise_if_died(self) -> None:
        """See Service.raise_if_died."""
        with self._lock:
            if self._wanted and not self._runs():
                raise self._obituary("ended by itself")

    def close(self) -> None:
        """See Service.close."""
        with self._lock:
            self._wanted = False
            if not self._closed:
                self._closed = True
                self.resume()
                self._end(politely=self.is_up())  # one that hangs would not hear
                self._throw_away()

    def _bring_up(self) -> None:
        try:
            self._launch()
            wait_until(self._answers, self.ready_within, f"{self.description} answers", abort=self._stop_waiting)
        except WaitTimeout as error:
            self._end(politely=False)
            raise self._obituary(str(error)) from error
        except BaseException:
            self._end(politely=False)
            raise

    def _stop_waiting(self) -> None:
        if not self._runs():
            raise self._obituary("ended while it started")

    def _obituary(self, what: str) -> ServiceDied:
        return ServiceDied(f"{self.description} {what}; its last lines:\n{self._last_words()}")

    @abstractmethod
    def _launch(self) -> None:
        """Start the server without waiting for it."""

    @abstractmethod
    def _end(self, politely: bool) -> None:
        """Return when no process of it is left. Does nothing when there is none."""

    @abstractmethod
    def _freeze(self) -> None:
        """Stop its processes where they are."""

    @abstractmethod
    def _resume(self) -> None:
        """Let them go on."""

    @abstractmethod
    def _runs(self) -> bool:
        """True while its main process exists, whether it answers or not."""

    @abstractmethod
    def _answers(self) -> bool:
        """True when it serves clients."""

    @abstractmethod
    def _last_words(self) -> str:
        """The end of its log."""

    @abstractmethod
    def _throw_away(self) -> None:
        """Delete its data."""
