"""Workloads, and the trials of them: one lane for each group of faults, some lanes at the same time.

A trial is mostly waiting, so lanes go on beside one another. Only the trials that are asked for are made.
"""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import psycopg
import pytest

from harness.errors import PreflightError
from harness.faults.fault import Fault
from harness.faults.proxy import Proxy
from harness.lanes import LANES, SETTINGS, Lane
from harness.processes.launcher import Launcher
from harness.services.base import PostgresService
from harness.session import Session
from harness.trial import Trial
from harness.workload import Workload

TRIAL_SECONDS = 380  # a guard, below the gate's own for a silent pytest: loaded machines have needed more than 220
AT_ONCE = 3  # lanes: each starts four to six processes, and two stacks share a machine of two cores
TEMPLATE = "delivery"


@dataclass(frozen=True)
class Ground:
    """A database with the app's tables, the PostgreSQL that it is in, and what starts processes on it."""

    postgres: PostgresService
    launcher: Launcher

    def with_settings(self, **settings: str) -> "Ground":
        """The same with other settings of the app. See Launcher.with_settings."""
        return replace(self, launcher=self.launcher.with_settings(**settings))


@pytest.fixture(scope="session")
def make_ground(session: Session) -> Iterator[Callable[[str, str], Ground]]:
    """Makes a new database in a PostgreSQL that nobody else uses. Connections are kept, delivery is the plan's."""
    launcher = session.launcher().with_settings(DATABASE_CONN_MAX_AGE="600", AUDIT_DELIVERY="plan")
    migrated: dict[str, str] = {}
    lock = threading.Lock()

    def make(name: str, server: str) -> Ground:
        postgres = session.services.postgres(f"{session.name}-{server}")
        with lock:
            if server not in migrated:
                migrated[server] = postgres.create_database(TEMPLATE)
                launcher.with_settings(DATABASE_URL=migrated[server]).manage("migrate", "--verbosity", "1")
            return Ground(postgres, launcher.with_settings(DATABASE_URL=_copy(migrated[server], name)))

    yield make
    launcher.stop_all()


def _copy(url: str, name: str) -> str:
    with psycopg.connect(url, dbname="postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")  # an earlier round's
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    return url.replace(f"/{TEMPLATE}", f"/{name}", 1)


@pytest.fixture(scope="session")
def make_workload(session: Session) -> Iterator[Callable[..., Workload]]:
    """Makes the workload of that name with these settings of Celery and arguments of its worker, on a Redis of its own.

    That is durable. Results are ignored: whether a worker outlives one that it cannot store is another question than
    this.
    """
    from core import celery_app  # noqa: PLC0415 - the app is importable only once a session has begun

    def make(
        name: str, ground: Ground, settings: dict[str, Any], *of_worker: str, through_proxy: bool = False
    ) -> Workload:
        redis = session.redis(name, durable=True)
        told = json.dumps({"task_ignore_result": True, **settings})
        addresses = {"CELERY_BROKER_URL": redis.url, "CELERY_RESULT_BACKEND": redis.url}
        launcher = ground.launcher.with_settings(**addresses, CELERY_SETTINGS=told)
        proxy = closing.enter_context(Proxy(redis.url)) if through_proxy else None
        return Workload(name, launcher, redis, ground.postgres, session.folder, celery_app, of_worker, proxy)

    with ExitStack() as closing:
        yield make


class Trials:
    """The trials of the lanes, made in threads of their own."""

    def __init__(self, wanted: "list[str]", start: Callable[[Lane], list[Workload]]) -> None:
        self._start = start
        self._made: dict[str, Future[dict[str, Trial]]] = {name: Future() for name in wanted}
        self._closing = threading.Event()
        self._room = threading.BoundedSemaphore(AT_ONCE)
        self._threads = [
            threading.Thread(target=self._work, args=(lane,), daemon=True)
            for lane in LANES
            if any(fault.name in wanted for fault in lane.rounds)
        ]
        for thread in self._threads:
            thread.start()

    def of(self, fault: str, setting: str) -> Trial:
        """That trial, which may have come into trouble."""
        try:
            return self._made[fault].result(TRIAL_SECONDS)[setting]
        except TimeoutError as error:
            raise PreflightError(f"the trial of {fault} did not come to an end within {TRIAL_SECONDS} s") from error

    def close(self) -> None:
        """Begin no further trial, and return when none goes on, or does not come to an end."""
        self._closing.set()
        for thread in self._threads:
            thread.join(TRIAL_SECONDS)

    def _work(self, lane: Lane) -> None:
        workloads: list[Workload] = []
        with self._room:
            for fault in lane.rounds:
                if fault.name in self._made and not self._closing.is_set():
                    workloads = self._try(lane, fault, workloads)
            for workload in workloads:
                workload.close()

    def _try(self, lane: Lane, fault: Fault, workloads: list[Workload]) -> list[Workload]:
        """Make one trial with the lane's workloads, started now if they have not been; returns them."""
        made = self._made[fault.name]
        try:
            workloads = workloads or self._start(lane)
            made.set_result(dict(zip(lane.settings, lane.run(fault, workloads), strict=True)))
        except Exception as error:  # noqa: BLE001 - it belongs to the scenarios that ask for this trial
            made.set_exception(error)
        return workloads


@pytest.fixture(scope="module")  # no longer: a frozen clock or an eager app of other scenarios would reach its threads
def trials(request: pytest.FixtureRequest, make_ground, make_workload) -> Iterator[Trials]:
    """What each fault that is asked for in this run did to each workload of its lane."""

    def start(lane: Lane) -> list[Workload]:
        ground = make_ground(lane.name, lane.postgres)
        with ThreadPoolExecutor(len(lane.settings)) as pool:
            made = [
                pool.submit(
                    make_workload,
                    f"{lane.name}-{name}",
                    ground,
                    SETTINGS[name],
                    *lane.arguments,
                    through_proxy=lane.through_proxy,
                )
                for name in lane.settings
            ]
            return [one.result() for one in made]

    mine = [item for item in request.session.items if "trials" in item.fixturenames and hasattr(item, "callspec")]
    asked = dict.fromkeys(item.callspec.params["fault"].name for item in mine if "fault" in item.callspec.params)
    trials = Trials(list(asked), start)
    yield trials
    trials.close()
