"""Logins over HTTP, written down."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from harness.history.history import History
from harness.history.record import Kind
from harness.logins import Logins


class Door(BaseHTTPRequestHandler):
    """Answers 200, except to an event called refused."""

    seen: list

    def do_POST(self):
        """One login."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.seen.append((self.path, asked))
        self.send_response(401 if asked["event_id"] == "refused" else 200)
        self.end_headers()

    def log_message(self, *_):
        """Nothing."""


@pytest.fixture
def door() -> Iterator[str]:
    """The address of an app that answers."""
    Door.seen = []
    server = HTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def told(history: History) -> list:
    """What is written down, without times."""
    return [(one.kind, one.event) for one in history.records()]


def test_an_answer_of_200_is_an_ack_and_every_other_a_refusal(door, tmp_path):
    history = History(tmp_path / "history.jsonl")
    logins = Logins(history, lambda: door, "ada", "secret")
    logins.begin(["taken", "refused"])
    logins.finish()

    assert told(history) == [
        (Kind.ATTEMPTED, "taken"),
        (Kind.ACKED, "taken"),
        (Kind.ATTEMPTED, "refused"),
        (Kind.REFUSED, "refused"),
    ]
    assert "401" in history.records()[-1].detail
    assert Door.seen[0] == ("/login/", {"username": "ada", "password": "secret", "event_id": "taken"})


def test_an_app_that_is_not_there_is_a_refusal_and_the_next_login_asks_anew_where_it_is(door, tmp_path):
    history = History(tmp_path / "history.jsonl")
    places = iter(["http://127.0.0.1:9", door])
    logins = Logins(history, lambda: next(places), "ada", "secret")
    logins.begin(["one", "two"])
    logins.finish()

    assert [kind for kind, _ in told(history)] == [Kind.ATTEMPTED, Kind.REFUSED, Kind.ATTEMPTED, Kind.ACKED]
