"""The proxy between a client and a real Redis."""

import pytest
import redis

from harness.faults.fault import Fault
from harness.faults.network_faults import OF_NETWORK, SLOW_SECONDS
from harness.faults.proxy import Proxy
from harness.reaper import Reaper
from harness.services.pool import _make_redis
from harness.tests.helpers import HANG
from harness.waiting import real_seconds, wait_until


@pytest.fixture(scope="module")
def server():
    with Reaper() as reaper:
        service = _make_redis("embedded", reaper, "proxied")
        service.start()
        yield service
        service.close()


@pytest.fixture
def proxy(server):
    with Proxy(server.url) as proxy:
        yield proxy


def client(proxy, **options) -> redis.Redis:
    return redis.Redis.from_url(proxy.url, **options)


def test_what_goes_in_comes_out(proxy):
    with client(proxy) as through:
        through.set("key", b"x" * 200_000)
        assert through.get("key") == b"x" * 200_000


def test_a_slow_one_makes_every_answer_late(proxy):
    with client(proxy) as through:
        through.ping()
        with OF_NETWORK[Fault.REDIS_SLOW](proxy):
            begun = real_seconds()
            through.ping()
            assert real_seconds() - begun >= SLOW_SECONDS - 0.02  # real_seconds counts hundredths


def test_a_silent_one_keeps_what_it_is_given_and_hands_it_on_when_it_heals(proxy, server):
    with client(proxy, socket_timeout=1) as through:
        through.ping()
        with OF_NETWORK[Fault.PARTITION](proxy), pytest.raises(redis.TimeoutError):
            through.set("late", 1)
    with redis.Redis.from_url(server.url) as direct:
        wait_until(lambda: direct.get("late") == b"1", HANG, "what was kept arrives")


def test_a_closed_one_cuts_its_connections(server):
    proxy = Proxy(server.url)
    with client(proxy, retry=None, retry_on_timeout=False) as through:
        through.ping()
        proxy.close()
        with pytest.raises(redis.ConnectionError):
            through.ping()


def test_a_client_of_a_server_that_is_gone_is_cut(server):
    server.stop()
    try:
        with Proxy(server.url) as proxy, client(proxy) as through, pytest.raises(redis.ConnectionError):
            through.ping()
    finally:
        server.start()
