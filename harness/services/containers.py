"""Services in containers, by testcontainers: what Redis and PostgreSQL have in common there."""

import os
import time
import uuid
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any

from harness.errors import ServiceDied
from harness.reaper import CONTAINER_LABEL, Reaper
from harness.services import engine
from harness.services.base import Service
from harness.services.managed import ManagedService
from harness.services.ports import HeldPort
from harness.waiting import real_seconds

# Before the import: our own guardian removes the containers; the one of testcontainers is an image to be had.
# One engine for all: the one that answered.
os.environ["TESTCONTAINERS_RYUK_DISABLED"] = "true"
os.environ.setdefault("DOCKER_HOST", engine.address())

from docker import DockerClient
from docker.errors import APIError, DockerException, NotFound
from requests.exceptions import RequestException
from testcontainers.core.container import DockerContainer

SERVICE_LABEL = "preflight.service"  # tells people in `docker ps` what they see
STOP_SECONDS = 10
FREEZE_SECONDS = 30  # not a number of tries: five (1.5 s) were too few on a loaded machine, where one freeze took eight
FREEZE_POLL_SECONDS = 0.2
LOG_LINES = 15
ENGINE_ERRORS = (DockerException, RequestException)


def not_running(services: Sequence[Service]) -> list[Service]:
    """Those whose container does not run now, in one question; all of them when the engine does not answer."""
    try:
        listed = _client().containers.list(sparse=True, filters={"label": CONTAINER_LABEL})
    except ENGINE_ERRORS:
        return list(services)
    running = {container.id for container in listed}
    return [one for one in services if not isinstance(one, ContainerService) or one.container_id not in running]


@cache
def _client() -> DockerClient:
    return DockerClient(base_url=engine.address())


class ContainerService(ManagedService):
    """One container that keeps its loopback port and its data over stop and start. Not for groups of them."""

    provider = "container"
    port_inside: int

    def __init__(self, reaper: Reaper, image: str, name: str) -> None:
        super().__init__()
        self._name = name
        self._image = image
        self._port = HeldPort()
        self._owner = uuid.uuid4().hex
        self._container: Any = None  # docker's own object, which has no types
        reaper.own_containers(self._owner)

    @property
    def description(self) -> str:
        """See Service.description."""
        return f"{self._image} in a container"

    @property
    def container_id(self) -> str | None:
        """The engine's name for its container, None before the first start."""
        return self._container and str(self._container.id)

    @abstractmethod
    def _command(self) -> list[str]:
        """What runs in the container."""

    def _environment(self) -> dict[str, str]:
        return {}

    def _launch(self) -> None:
        try:
            if self._container is None:
                self._create()
            else:
                self._container.start()
        except ENGINE_ERRORS as error:
            advice = "PREFLIGHT_REDIS_IMAGE and PREFLIGHT_POSTGRES_IMAGE name images; ci/engine finds or makes some"
            raise ServiceDied(f"{self.description} did not start: {error}. {advice}") from error

    def _create(self) -> None:
        container = DockerContainer(
            self._image, env=self._environment(), labels={CONTAINER_LABEL: self._owner, SERVICE_LABEL: self._name}
        ).with_command(self._command())
        # with_bind_ports() knows no address and would open the port to the whole network.
        address: Any = ("127.0.0.1", self._port.number)
        container.ports = {f"{self.port_inside}/tcp": address}
        try:
            container.start()
        finally:
            self._container = container._container  # there to be removed even when it did not start

    def _end(self, politely: bool) -> None:
        if not self._runs():
            return
        try:
            self._container.stop(timeout=STOP_SECONDS) if politely else self._container.kill()
            self._container.wait(timeout=STOP_SECONDS)
        except ENGINE_ERRORS as error:
            if self._runs():
                raise ServiceDied(f"{self.description} cannot be ended: {error}") from error

    def _freeze(self) -> None:
        """Asked for again: runc gives up ("unable to freeze") where a loaded machine did not stop all within 0.3 s."""
        asked_until = real_seconds() + FREEZE_SECONDS
        while refusal := self._refusal_to_pause():
            if real_seconds() >= asked_until:
                raise refusal
            time.sleep(FREEZE_POLL_SECONDS)

    def _refusal_to_pause(self) -> APIError | None:
        try:
            self._container.pause()
        except APIError as refusal:
            return refusal
        return None

    def _resume(self) -> None:
        self._container.unpause()

    def _runs(self) -> bool:
        try:
            self._container.reload()
        except (AttributeError, *ENGINE_ERRORS):  # not made yet, removed, or no engine any more
            return False
        return self._container.status in ("running", "paused")

    def _last_words(self) -> str:
        try:
            return str(self._container.logs(tail=LOG_LINES), errors="replace")
        except (AttributeError, *ENGINE_ERRORS) as error:
            return f"(no log: {error})"

    def _throw_away(self) -> None:
        self._port.release()
        if self._container is not None:
            with suppress(NotFound):
                self._container.remove(force=True, v=True)
