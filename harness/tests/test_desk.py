"""Lending services to other processes."""

import contextlib
import json
import subprocess
import threading

import pytest
import redis

from harness.errors import PreflightError, ServiceDied, UsageError
from harness.services.base import PostgresService, RedisService, ServicePool
from harness.services.desk import Desk, connect
from harness.services.pool import Services
from harness.stack import pythons
from harness.tests.helpers import HANG, missing, run_python
from harness.waiting import wait_until


class Toy(RedisService, PostgresService):
    """A service that writes down what it was told, and fails on request."""

    provider = "toy"
    description = "a toy"
    url = "redis://127.0.0.1:1/0"

    def __init__(self) -> None:
        self.told: list[str] = []
        self.error: Exception | None = None
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def tell(self, what: str) -> None:
        self.told.append(what)
        self.may_go_on.wait(HANG)
        if self.error:
            raise self.error

    def start(self) -> None:
        self.tell("start")

    def stop(self) -> None:
        self.tell("stop")

    def kill(self) -> None:
        self.tell("kill")

    def freeze(self) -> None:
        self.tell("freeze")

    def resume(self) -> None:
        self.tell("resume")

    def raise_if_died(self) -> None:
        self.tell("raise_if_died")

    def close(self) -> None:
        self.tell("close")

    def flush(self) -> None:
        self.tell("flush")

    def drop_database(self, name: str) -> None:
        self.tell(f"drop {name}")

    def is_up(self) -> bool:
        return False

    def create_database(self, name: str) -> str:
        self.tell(f"create {name}")
        return f"postgresql:///{name}"


class Toys(ServicePool):
    """A pool of one toy under all names."""

    def __init__(self) -> None:
        self.toy = Toy()
        self.names: list[str] = []

    def redis(self, name: str = "main", *, durable: bool = False) -> Toy:
        self.names.append(f"durable {name}" if durable else name)
        return self.toy

    def postgres(self, name: str = "main") -> Toy:
        self.names.append(name)
        return self.toy

    def raise_if_died(self) -> None:
        self.toy.tell("raise_if_died of all")

    def close(self) -> None:
        self.toy.tell("close of all")


@pytest.fixture
def toys() -> Toys:
    return Toys()


@pytest.fixture
def desk(toys, reaper):
    """A desk that lends toys."""
    desk = Desk(toys, reaper)
    yield desk
    toys.toy.may_go_on.set()
    desk.close()


@pytest.fixture
def lent(desk):
    """The toys, as their borrower sees them."""
    return connect(desk.address, desk.authkey)


@pytest.fixture(scope="module", params=["3.10", "3.11", "3.12", "3.13"])
def python(request) -> pythons.Python:
    """Each Python that a stack may have."""
    try:
        return pythons.find(request.param)
    except UsageError as error:
        return missing(str(error))


LENDER = """
import sys
from harness.reaper import Reaper
from harness.services.desk import Desk
from harness.services.pool import Services
reaper = Reaper()
desk = Desk(Services("embedded", reaper), reaper)
print(desk.address, desk.authkey.hex(), flush=True)
sys.stdin.read()
"""


def borrower(python: pythons.Python, code: str, desk: Desk) -> "subprocess.Popen[str]":
    """Start a process of that Python with `lent` in its hands and (-S) only its standard library."""
    prepared = "import sys; from harness.services.desk import connect\n"
    prepared += "lent = connect(sys.argv[1], bytes.fromhex(sys.argv[2]))\n"
    return run_python(prepared + code, desk.address, desk.authkey.hex(), python=str(python.path), flags=["-S"])


def test_every_method_reaches_the_owners_service(lent, toys):
    redis, postgres = lent.redis("other"), lent.postgres("other")

    redis.start()
    redis.stop()
    redis.kill()
    redis.freeze()
    redis.resume()
    redis.flush()
    redis.raise_if_died()
    assert postgres.create_database("x") == "postgresql:///x"
    postgres.drop_database("x")
    lent.raise_if_died()

    assert toys.toy.told == [
        *("start", "stop", "kill", "freeze", "resume", "flush", "raise_if_died"),
        *("create x", "drop x", "raise_if_died of all"),
    ]
    assert (redis.provider, redis.description, redis.url) == ("toy", "a toy", "redis://127.0.0.1:1/0")
    assert redis.is_up() is False
    assert set(toys.names) == {"other"}


def test_a_durable_redis_is_asked_for_as_such(lent, toys):
    lent.redis("other", durable=True).flush()
    assert set(toys.names) == {"durable other"}


def test_what_is_lent_is_a_service_like_the_owners(lent):
    assert isinstance(lent, ServicePool)
    assert isinstance(lent.redis(), RedisService)
    assert isinstance(lent.postgres(), PostgresService)


def test_a_borrower_cannot_close_what_is_not_his(lent, toys):
    lent.redis().close()
    lent.postgres().close()
    with lent:
        pass
    with pytest.raises(PreflightError, match="close"):
        lent.redis()._ask("close")

    assert toys.toy.told == []


@pytest.mark.parametrize("error", [ServiceDied("gone\nits last line"), UsageError("no such"), ValueError("bad")])
def test_an_error_arrives_as_itself(lent, toys, error):
    toys.toy.error = error

    with pytest.raises(type(error)) as caught:
        lent.redis().start()

    assert str(caught.value) == str(error)


def test_an_error_that_a_borrower_may_not_know_arrives_in_our_words(lent, toys):
    toys.toy.error = redis.ConnectionError("refused")

    with pytest.raises(PreflightError, match="redis start: ConnectionError: refused"):
        lent.redis().start()


def test_a_wrong_key_is_refused(desk):
    with pytest.raises(PreflightError, match="no services are lent"):
        connect(desk.address, b"wrong")


def test_an_address_where_nobody_lends_is_refused(tmp_path):
    with pytest.raises(PreflightError, match="no services are lent"):
        connect(str(tmp_path / "nobody"), b"key")


def test_after_its_close_a_desk_lends_nothing(desk, lent, toys):
    borrowed = lent.redis()
    borrowed.start()

    desk.close()
    desk.close()

    with pytest.raises(PreflightError):
        borrowed.stop()
    with pytest.raises(PreflightError):
        connect(desk.address, desk.authkey)
    assert toys.toy.told == ["start"], "what was lent is left as it is"


def test_one_borrower_does_not_wait_for_another(desk, lent, toys):
    toys.toy.may_go_on.clear()
    slow = threading.Thread(target=lent.redis().stop)
    slow.start()
    wait_until(lambda: toys.toy.told == ["stop"], HANG, "the slow call has arrived")

    assert connect(desk.address, desk.authkey).redis().url

    toys.toy.may_go_on.set()
    slow.join(HANG)


def test_a_borrower_of_any_python_gets_answers_and_errors(python, desk, toys):
    toys.toy.error = ServiceDied("gone")
    code = """
import json
from harness.errors import ServiceDied
redis = lent.redis("mine")
try:
    redis.start()
except ServiceDied as error:
    said = str(error)
print(json.dumps(["{}.{}".format(*sys.version_info), redis.url, said]))
"""
    answer, _ = borrower(python, code, desk).communicate(timeout=HANG)

    assert json.loads(answer) == [python.minor, "redis://127.0.0.1:1/0", "gone"]


def test_a_borrower_that_dies_in_the_middle_of_a_call_leaves_the_desk_serving(python, desk, lent, toys):
    toys.toy.may_go_on.clear()
    process = borrower(python, "lent.redis().stop()", desk)
    wait_until(lambda: toys.toy.told == ["stop"], HANG, "the call has arrived")

    process.kill()
    process.communicate(timeout=HANG)
    toys.toy.may_go_on.set()

    lent.redis().start()
    assert toys.toy.told == ["stop", "start"]


def test_a_borrower_whose_lender_is_gone_is_told_so():
    owner = run_python(LENDER)
    address, key = owner.stdout.readline().split()
    borrowed = connect(address, bytes.fromhex(key)).redis()
    assert borrowed.is_up()

    owner.kill()
    owner.communicate(timeout=HANG)

    with pytest.raises(PreflightError, match="lends redis is gone"):
        borrowed.is_up()


def test_real_services_outlive_the_borrower_who_had_them_started(python, reaper):
    with Services("embedded", reaper) as pool, contextlib.closing(Desk(pool, reaper)) as desk:
        code = """
redis, postgres = lent.redis("lent"), lent.postgres()
redis.stop()
redis.start()
print(redis.is_up(), redis.url, postgres.create_database("x"), flush=True)
sys.stdin.read()
"""
        process = borrower(python, code, desk)
        up, url, database = process.stdout.readline().split()
        process.kill()
        process.communicate(timeout=HANG)

        assert up == "True"
        assert pool.redis("lent").url == url
        assert pool.redis("lent").is_up()
        assert pool.postgres().is_up()
        assert database.startswith("postgresql://")
        pool.raise_if_died()
