"""A pool makes each service for whoever asks first, and keeps nobody else waiting."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from harness.services import pool
from harness.services.pool import Services

SECONDS = 30


class SlowToStart:
    """A PostgreSQL that is up when the test says so."""

    def __init__(self) -> None:
        self.begins, self.may_be_up = Event(), Event()

    def start(self) -> None:
        self.begins.set()
        assert self.may_be_up.wait(SECONDS)

    def close(self) -> None:
        pass


@pytest.fixture
def slow(monkeypatch):
    slow = SlowToStart()
    monkeypatch.setattr(pool, "_make_postgres", lambda _provider, _reaper: slow)
    yield slow
    slow.may_be_up.set()


def test_who_has_a_service_is_given_it_while_another_one_starts(reaper, slow):
    services = Services("embedded", reaper)
    redis = services.redis()
    with ThreadPoolExecutor() as threads:
        starts = threads.submit(services.postgres)
        assert slow.begins.wait(SECONDS)
        assert threads.submit(services.redis).result(SECONDS) is redis
        services.raise_if_died()  # who does not run yet has not died
        slow.may_be_up.set()
        assert starts.result(SECONDS) is slow
    services.close()


def test_two_who_ask_for_a_service_at_once_are_given_the_same(reaper, slow):
    services = Services("embedded", reaper)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(services.postgres)
        assert slow.begins.wait(SECONDS)
        second = threads.submit(services.postgres)
        slow.may_be_up.set()
        assert first.result(SECONDS) is second.result(SECONDS) is slow
    services.close()
