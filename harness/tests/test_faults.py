"""Each fault of a service is felt by its clients while it is on, and over afterwards."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from select import select
from threading import Event, Thread

import psycopg
import pytest
import redis

from harness.errors import PreflightError
from harness.faults import worker_faults
from harness.faults.fault import Fault
from harness.faults.network_faults import OF_NETWORK
from harness.faults.postgres_faults import OF_POSTGRES, locked
from harness.faults.redis_faults import OF_REDIS
from harness.lanes import LANES, OF_WORKER
from harness.services.pool import Services, _make_redis
from harness.tests.helpers import HANG
from harness.waiting import wait_until

REDIS_SAYS = {
    Fault.REDIS_RESTART: redis.ConnectionError,
    Fault.REDIS_RESTART_EMPTY: redis.ConnectionError,
    Fault.REDIS_SIGKILL: redis.ConnectionError,
    Fault.REDIS_FREEZE: redis.TimeoutError,
    Fault.REDIS_FREEZE_LONG: redis.TimeoutError,
    Fault.REDIS_REFUSED: redis.ConnectionError,
    Fault.REDIS_FULL: redis.ResponseError,
    Fault.REDIS_READ_ONLY: redis.exceptions.ReadOnlyError,
    Fault.REDIS_LOCKED_OUT: redis.AuthenticationError,
}
FORGETS = {Fault.REDIS_RESTART_EMPTY}


@pytest.fixture
def durable(provider, reaper):
    service = _make_redis(provider, reaper, "durable", durable=True)
    service.start()
    yield service
    service.close()


def client(service, seconds: float = HANG) -> redis.Redis:
    return redis.Redis.from_url(service.url, socket_timeout=seconds, retry=None)


def test_every_fault_is_done_to_something_and_tried_in_one_lane():
    assert {*OF_REDIS, *OF_POSTGRES, *OF_NETWORK, *OF_WORKER} == set(Fault)
    tried = [fault for lane in LANES for fault in lane.rounds]
    assert sorted(fault.name for fault in tried) == sorted(fault.name for fault in Fault)


@pytest.mark.parametrize("fault", REDIS_SAYS, ids=lambda fault: fault.name)
def test_a_fault_of_redis_is_felt_and_is_over_afterwards(durable, fault):
    with client(durable) as before:
        before.set("kept", 1)
    seconds = 0.5 if REDIS_SAYS[fault] is redis.TimeoutError else HANG
    with OF_REDIS[fault](durable), client(durable, seconds) as during, pytest.raises(REDIS_SAYS[fault]):
        during.set("key", 1)
    with client(durable) as after:
        assert after.get("kept") == (None if fault in FORGETS else b"1")
        assert after.set("key", 1)


def test_a_cut_ends_the_connections_that_are_there_and_takes_new_ones(durable):
    with client(durable) as waiting, waiting.client() as kept:
        kept.ping()
        with OF_REDIS[Fault.REDIS_CUT](durable):
            with pytest.raises(redis.ConnectionError):
                kept.ping()
            with client(durable) as another:
                assert another.ping()


@pytest.fixture(scope="module")
def harmed():
    from harness.reaper import Reaper  # noqa: PLC0415 - the module's own: its server outlives one test

    with Reaper() as reaper, Services("embedded", reaper) as pool:
        postgres = pool.postgres()
        yield postgres, postgres.create_database("harmed")


@pytest.mark.parametrize("fault", [Fault.POSTGRES_RESTART, Fault.POSTGRES_CROWDED], ids=lambda fault: fault.name)
def test_postgresql_lets_nobody_in_and_does_afterwards(harmed, fault):
    postgres, url = harmed
    with OF_POSTGRES[fault](postgres, url), pytest.raises(psycopg.OperationalError):
        psycopg.connect(url, connect_timeout=2)
    psycopg.connect(url).close()


def test_a_crowded_postgresql_has_no_slot_left_though_clients_come_and_go(harmed):
    """One that goes at the moment at which others are counted leaves a slot: then a task that comes would get it."""
    postgres, url = harmed
    with visited(url) as visits:
        for _ in range(8):
            with OF_POSTGRES[Fault.POSTGRES_CROWDED](postgres, url):
                time.sleep(0.05)  # whoever was answered before has said so by now
                before = len(visits)
                time.sleep(0.1)
                assert len(visits) == before


def test_a_postgresql_is_crowded_though_whoever_is_cut_comes_back_at_once(harmed):
    """As workers do: sooner than the crowd, which asks now and then."""
    postgres, url = harmed
    with reconnecting(url, clients=3) as opened, OF_POSTGRES[Fault.POSTGRES_CROWDED](postgres, url):
        assert len(opened) == 3  # who was cut did not get in again while the crowd gathered
        with pytest.raises(psycopg.OperationalError, match="too many clients"):
            psycopg.connect(url)


@contextmanager
def reconnecting(url: str, clients: int) -> Iterator[list[None]]:
    """Clients that keep a connection each, and open another as soon as it is cut; one item for each that was opened."""
    opened: list[None] = []

    def keep(over: Event) -> None:
        with suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
            opened.append(None)
            while not over.is_set() and not select([connection.fileno()], [], [], 0.1)[0]:
                pass

    with again_and_again(keep, clients):
        wait_until(lambda: len(opened) >= clients, HANG, "all clients are connected")
        yield opened


@contextmanager
def visited(url: str) -> Iterator[list[None]]:
    """Clients that open a connection, ask once and close it, again and again; one item for each that was answered."""
    visits: list[None] = []

    def come_and_go(_over: Event) -> None:
        with suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
            connection.execute("SELECT 1")
            visits.append(None)

    with again_and_again(come_and_go, clients=2):
        yield visits


@contextmanager
def again_and_again(act: Callable[[Event], None], clients: int) -> Iterator[None]:
    """So many clients act, each again as soon as it has, until it is over, which each act is told."""
    over = Event()

    def go_on() -> None:
        while not over.is_set():
            act(over)

    threads = [Thread(target=go_on) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


@pytest.mark.parametrize("fault", [Fault.POSTGRES_DROP, Fault.POSTGRES_RESTART], ids=lambda fault: fault.name)
def test_postgresql_drops_who_was_connected(harmed, fault):
    postgres, url = harmed
    with psycopg.connect(url) as kept:
        with OF_POSTGRES[fault](postgres, url):
            pass
        with pytest.raises(psycopg.OperationalError):
            kept.execute("SELECT 1")


def test_a_frozen_postgresql_is_silent_and_goes_on(harmed):
    postgres, url = harmed
    with OF_POSTGRES[Fault.POSTGRES_FREEZE](postgres, url):
        assert not postgres.is_up()
    assert postgres.is_up()


def test_a_locked_table_holds_others_back_and_lets_them_go_on(harmed):
    _, url = harmed
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("CREATE TABLE IF NOT EXISTS held (id int)")
        other.execute("SET lock_timeout = '100ms'")
        with locked(url, "held"), pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("SELECT * FROM held")
        other.execute("SELECT * FROM held")


def test_a_worker_without_children_cannot_lose_one():
    class Lonely:
        class child:  # noqa: N801 - stands for Process.child
            pid, name = 2**22 + 1, "lonely"

    with pytest.raises(PreflightError, match="nothing to kill"):
        worker_faults.kill_children(Lonely)
