"""Choosing who provides the services."""

import socket
import threading

import pytest

from harness.errors import UsageError
from harness.services.provider import choose, engine_problem
from harness.tests.helpers import short_folder
from harness.waiting import real_seconds

PROMISED = 2  # seconds; the tests leave room for a loaded machine
ROOM = 8
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


@pytest.fixture
def engine_socket(monkeypatch):
    """Where DOCKER_HOST points to; a test may put an engine there."""
    with short_folder() as folder:
        path = folder / "engine"
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        yield path


@pytest.fixture
def listener(engine_socket) -> socket.socket:
    """A socket that takes connections, and no more."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(engine_socket))
        listener.listen()
        yield listener


@pytest.fixture
def engine(listener):
    """Makes the engine give one answer."""
    threads = []

    def answer(content: bytes) -> None:
        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(content)

        threads.append(threading.Thread(target=serve))
        threads[-1].start()

    yield answer
    for thread in threads:
        thread.join()


def test_containers_are_chosen_where_an_engine_answers(engine, engine_socket):
    engine(OK)

    provider, reason = choose("auto")

    assert provider == "container"
    assert str(engine_socket) in reason


def test_containers_can_be_asked_for(engine):
    engine(OK)

    assert choose("container").provider == "container"


def test_without_an_engine_the_embedded_servers_are_chosen_and_the_reason_is_told(engine_socket):
    provider, reason = choose("auto")

    assert provider == "embedded"
    assert reason == f"No container engine: {engine_socket}: No such file or directory."


def test_asking_for_containers_without_an_engine_says_what_was_tried_and_what_to_do(engine_socket):
    with pytest.raises(UsageError) as caught:
        choose("container")

    assert str(engine_socket) in str(caught.value)
    assert "ci/engine" in str(caught.value)
    assert "embedded" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.usefixtures("listener")
def test_embedded_servers_can_be_asked_for_beside_an_engine_that_is_not_even_asked():
    begin = real_seconds()

    assert choose("embedded").provider == "embedded"
    assert real_seconds() - begin < 1


@pytest.mark.usefixtures("listener")
def test_an_engine_that_hangs_is_none():
    begin = real_seconds()

    provider, reason = choose("auto")

    assert provider == "embedded"
    assert "timed out" in reason
    assert real_seconds() - begin < PROMISED + ROOM


def test_an_engine_that_takes_no_connection_is_none(listener, engine_socket):
    waiting = []
    while True:  # fill its queue
        caller = socket.socket(socket.AF_UNIX)
        caller.setblocking(False)
        waiting.append(caller)
        if caller.connect_ex(str(engine_socket)) != 0:
            break
    begin = real_seconds()

    assert choose("auto").provider == "embedded"
    assert real_seconds() - begin < PROMISED + ROOM
    for caller in waiting:
        caller.close()


def test_an_engine_that_answers_with_an_error_is_none(engine):
    engine(b"HTTP/1.1 500 Internal Server Error\r\n\r\n")

    assert "500" in engine_problem()


def test_an_engine_that_hangs_up_is_none(engine):
    engine(b"")

    assert choose("auto").provider == "embedded"


def test_an_engine_on_another_machine_is_none(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "tcp://build-server:2375")

    provider, reason = choose("auto")

    assert provider == "embedded"
    assert "tcp://build-server:2375" in reason


def test_without_docker_host_the_usual_place_is_tried(monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", "")
    tried = []
    monkeypatch.setattr(socket.socket, "connect", lambda _, place: tried.append(place))

    assert engine_problem() is not None
    assert tried == ["/var/run/docker.sock"]


def test_another_word_is_a_usage_error():
    with pytest.raises(UsageError, match="docker"):
        choose("docker")
