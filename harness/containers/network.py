"""A network with a broker, a result backend, and workers and producers of any stack, each in a container of its own."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import docker
from docker.errors import DockerException
from pytest_celery.api.base import CeleryTestNode
from pytest_celery.api.container import CeleryTestContainer
from pytest_celery.api.worker import CeleryTestWorker
from pytest_celery.vendors.redis.backend.api import RedisTestBackend
from pytest_celery.vendors.redis.broker.api import RedisTestBroker
from pytest_celery.vendors.worker.container import CeleryWorkerContainer
from requests.exceptions import RequestException

from harness.containers import image
from harness.containers.redis import LoopbackRedis
from harness.errors import ServiceDied
from harness.processes.interpreter import Interpreter
from harness.reaper import CONTAINER_LABEL, Reaper
from harness.services import engine
from harness.waiting import wait_until

EXTRA = "/srv/extra"  # where the scenarios' own modules are mounted
READY_SECONDS = 30
ENGINE_SECONDS = 120  # for one request: an image takes its time


@dataclass(frozen=True)
class Release:
    """What one side deploys: a stack, the app as it is there, and its settings (environment variables)."""

    name: str
    interpreter: Interpreter
    app: Path
    settings: Mapping[str, str]


@dataclass
class Network:
    """Containers that see one another. Everything is removed by `close`, and by the guardian if that is not reached.

    `extra` is a folder of modules for workers and producers. Raises ServiceDied when the engine refuses something.
    """

    reaper: Reaper
    extra: Path

    def __post_init__(self) -> None:
        self._labels = {CONTAINER_LABEL: uuid.uuid4().hex}
        self.reaper.own_containers(self._labels[CONTAINER_LABEL])
        name = f"preflight-{self._labels[CONTAINER_LABEL][:8]}"
        with _explained("a network"):
            self._client = docker.DockerClient(base_url=engine.address(), timeout=ENGINE_SECONDS)
            self._network = self._client.networks.create(name, labels=self._labels)
        self.broker = RedisTestBroker(self._redis())
        self.backend = RedisTestBackend(self._redis())
        for node in (self.broker, self.backend):
            wait_until(node.ready, READY_SECONDS, "Redis takes connections")

    def worker(self, release: Release, *arguments: str) -> CeleryTestWorker:
        """A worker with one process; it may not consume yet. Its node is called as the release."""
        python = image.python_inside(release.interpreter)
        command = [str(python), str(python.parent / "celery"), "-A", "core.celery", "worker", "-l", "info"]
        command += ["-n", f"{release.name}@%h", "--include", "container_tasks", "--concurrency", "1", *arguments]
        return CeleryTestWorker(CeleryWorkerContainer(self._run(release, command)), app=None)

    def producer(self, release: Release, *arguments: str) -> CeleryTestNode:
        """A process that runs container_producer.py of `extra` with these arguments."""
        python = image.python_inside(release.interpreter)
        command = [str(python), f"{EXTRA}/container_producer.py", *arguments]
        return CeleryTestNode(CeleryTestContainer(self._run(release, command)))

    def close(self) -> None:
        """Remove all of it."""
        self._client.close()
        engine.remove_containers(f"{CONTAINER_LABEL}={self._labels[CONTAINER_LABEL]}")

    def _redis(self) -> LoopbackRedis:
        command, ports = LoopbackRedis.command(), LoopbackRedis.ports()
        return LoopbackRedis(self._start(LoopbackRedis.image(), command=command, ports=ports))

    def _run(self, release: Release, command: list[str]) -> Any:
        environment = {
            **release.settings,
            "CELERY_BROKER_URL": self.broker.container.url,
            "CELERY_RESULT_BACKEND": self.backend.container.url,
            "DATABASE_URL": "sqlite:////tmp/none.sqlite3",
            "PYTHONPATH": f"{EXTRA}:{image.APP}",
            "TMPDIR": "/tmp",  # noqa: S108 - the container's own
            "PYTHONUNBUFFERED": "1",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        folders = {release.app: image.APP, self.extra: EXTRA}
        mounts = {str(path.resolve()): {"bind": place, "mode": "ro"} for path, place in folders.items()}
        with _explained(f"the image of {release.interpreter.stack}"):
            name = image.provide(self._client, release.interpreter)
        return self._start(name, command=command, environment=environment, volumes=mounts)

    def _start(self, image_name: str, **options: Any) -> Any:
        options |= {"detach": True, "network": self._network.name, "labels": self._labels}
        with _explained(f"a container of {image_name}"):
            return self._client.containers.run(image_name, **options)


@contextmanager
def _explained(what: str) -> Iterator[None]:
    try:
        yield
    except (DockerException, RequestException) as error:
        advice = "PREFLIGHT_REDIS_IMAGE names Redis's image; ci/engine finds or makes one"
        raise ServiceDied(f"the engine did not make {what}: {error}. {advice}") from error
