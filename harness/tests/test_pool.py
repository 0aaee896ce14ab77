"""A pool makes each service for whoever asks first, and keeps nobody else waiting."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from harness.services import pool
from harness.services.pool import Services
from harness.tests.helpers import HANG

A_MOMENT = 1  # seconds in which who is kept waiting by nobody would have started it too


class SlowToStart:
    """A PostgreSQL that is up when the test says so."""

    def __init__(self) -> None:
        self.begins, self.begins_again, self.may_be_up = Event(), Event(), Event()

    def start(self) -> None:
        (self.begins_again if self.begins.is_set() else self.begins).set()
        assert self.may_be_up.wait(HANG)

    def close(self) -> None:
        pass


@pytest.fixture
def slow(monkeypatch):
    slow = SlowToStart()
    monkeypatch.setattr(pool, "_make_postgres", lambda _provider, _reaper: slow)
    yield slow
    slow.may_be_up.set()


@pytest.fixture
def services(reaper, slow):
    """A pool whose PostgreSQL is the slow one."""
    with Services("embedded", reaper) as services:
        yield services


def test_who_has_a_service_is_given_it_while_another_one_starts(services, slow):
    redis = services.redis()
    with ThreadPoolExecutor() as threads:
        starts = threads.submit(services.postgres)
        assert slow.begins.wait(HANG)
        assert threads.submit(services.redis).result(HANG) is redis
        services.raise_if_died()  # who does not run yet has not died
        slow.may_be_up.set()
        assert starts.result(HANG) is slow


def test_two_who_ask_for_a_service_at_once_are_given_the_same_which_is_started_once(services, slow):
    with ThreadPoolExecutor() as threads:
        first = threads.submit(services.postgres)
        assert slow.begins.wait(HANG)
        second = threads.submit(services.postgres)
        assert not slow.begins_again.wait(A_MOMENT)
        slow.may_be_up.set()
        assert first.result(HANG) is second.result(HANG) is slow
