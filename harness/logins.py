"""Logins over HTTP, one after another, written down as a history."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable

from harness.history.history import History
from harness.history.record import Kind, Record
from harness.waiting import real_seconds

ANSWER_SECONDS = 30.0  # a guard against hanging
APART_SECONDS = 0.3  # between two logins: a handful reaches over the restart of a process
LETTERS = 200  # of an answer that says no


class Logins:
    """One person who logs in again and again, at whatever address the app has by then. An answer of 200 is an ack."""

    def __init__(self, history: History, url: Callable[[], str], name: str, password: str) -> None:
        self._history = history
        self._url = url
        self._credentials = {"username": name, "password": password}
        self._thread: threading.Thread | None = None

    def begin(self, events: list[str]) -> None:
        """Log in once for each event id, in the background."""
        self._thread = threading.Thread(target=self._all, args=(events,), daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Return when the last login that was begun has its answer."""
        if self._thread:
            self._thread.join()
        self._thread = None

    def _all(self, events: list[str]) -> None:
        pause = threading.Event()  # nobody sets it: it is the pace of a person, not a wait for something
        for event in events:
            begun = real_seconds()
            self._log_in(event)
            pause.wait(max(0.0, APART_SECONDS - (real_seconds() - begun)))

    def _log_in(self, event: str) -> None:
        body = json.dumps({**self._credentials, "event_id": event}).encode()
        headers = {"Content-Type": "application/json"}
        self._history.add(Record(Kind.ATTEMPTED, event))
        try:
            request = urllib.request.Request(f"{self._url()}/login/", body, headers)  # noqa: S310 - our own http://
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS):  # noqa: S310 - as above
                self._history.add(Record(Kind.ACKED, event))
        except OSError as error:  # urllib's own errors are among them
            self._history.add(Record(Kind.REFUSED, event, detail=str(error)[:LETTERS]))
