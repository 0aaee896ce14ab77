"""The rig on real processes of the project environment."""

import platform
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest

from harness.errors import UsageError
from harness.processes.interpreter import Interpreter, installed
from harness.reaper import Reaper
from harness.services.pool import Services
from harness.tests.helpers import HANG
from harness.waiting import wait_until
from load import footprint, metrics
from load.arm import Arm, Servers
from load.broker import Broker
from load.parts import up
from load.rig import Rig
from load.round import SERIES, Round
from load.sampler import Sampler
from load.shapes import find

PROJECT = Interpreter("project", sys.executable, installed(), None, platform.python_version())
SHORT = find("steady").lasting(2)
BACKLOG = 300
QUEUED_ONLY = {one.name for one in metrics.METRICS if one.name.startswith(("lag_", "drain", "publish", "worker_"))}
QUEUED_ONLY |= {"redis_bytes_per_queued_event", "redis_bytes_per_result"}


LAID_OVER = {
    "worker_prefetch_multiplier": 7,
    "database.conn_max_age": 5,
    "database.url": "postgresql://db.example.com/app?options=-c%20statement_timeout%3D54321",
}
ASK = """
from core.celery import app
from django.db import connection
cursor = connection.cursor()
cursor.execute("SHOW statement_timeout")
print(app.conf.worker_prefetch_multiplier, connection.settings_dict["CONN_MAX_AGE"], *cursor.fetchone())
"""


def whole_round(rig: Rig) -> Round:
    """Logins, then a backlog."""
    told = rig.log_in(SHORT)
    return replace(told, metrics=told.metrics | rig.drain(BACKLOG))


@pytest.fixture(scope="module")
def servers(reaper: Reaper) -> Iterator[Servers]:
    with Services("embedded", reaper) as services:
        yield Servers(services.redis("load"), services.postgres(), reaper.temporary_folder("load"), reaper)


@pytest.fixture(scope="module")
def safe(servers: Servers) -> Iterator[Rig]:
    with Rig(Arm("project", PROJECT), servers) as rig:
        yield rig


@pytest.fixture(scope="module")
def measured(safe: Rig) -> Round:
    return whole_round(safe)


def test_every_login_of_a_round_is_attempted_acked_and_written_once(measured: Round) -> None:
    assert measured.attempted == measured.acked == measured.rows == len(measured.latencies) > 0
    assert (measured.lost, measured.duplicated, measured.unexpected) == (0, 0, 0)


def test_a_round_tells_every_metric(measured: Round) -> None:
    assert set(measured.metrics) == set(metrics.BY_NAME)
    usual = {name for name, metric in metrics.BY_NAME.items() if metric.zero_is_usual} | {"lag_p50", "lag_p95"}
    assert all(value > 0 for name, value in measured.metrics.items() if name not in usual)
    assert set(measured.series) == set(SERIES)


def test_the_audit_task_opens_no_connection_for_each_event(measured: Round) -> None:
    assert measured.metrics["postgres_connections_per_1000_events"] < 500


def test_looking_on_opens_no_connection_that_would_be_counted(safe: Rig) -> None:
    with Broker(safe._parts.broker.url) as broker, Sampler(broker.url) as looking:
        before = broker.connections()
        wait_until(lambda: len(looking.points) > 3, HANG, "it has looked a few times")
        assert broker.connections() == before


def test_a_result_that_nobody_asks_for_is_not_kept(measured: Round) -> None:
    assert measured.metrics["redis_bytes_per_result"] == 0


def test_processes_that_are_held_use_no_time_and_go_on_afterwards(safe: Rig, measured: Round) -> None:
    with footprint.held(safe._parts.web):
        before = footprint.cpu_seconds(safe._parts.web)
        assert footprint.cpu_seconds(safe._parts.web) == before > 0
    assert safe.log_in(SHORT).acked > 0


def test_a_way_without_a_worker_has_no_worker_to_measure(servers: Servers) -> None:
    with Rig(Arm("project", PROJECT, "none"), servers, 1) as rig:
        found = whole_round(rig)
    assert (found.rows, found.lost) == (0, 0)
    assert found.acked > 0
    assert set(metrics.BY_NAME) - set(found.metrics) == QUEUED_ONLY


def test_a_stack_without_the_package_that_a_way_needs_is_refused() -> None:
    bare = Interpreter("plan-2023", sys.executable, {}, None, "3.11.7")
    with pytest.raises(UsageError, match="way batch needs celery-batches, which is not in plan-2023"):
        Arm("plan-2023", bare, "batch")


def test_a_login_without_its_row_is_counted_as_lost(safe: Rig) -> None:
    table = safe._parts.table
    table.execute("ALTER TABLE accounts_authauditlog ADD CONSTRAINT refused CHECK (false) NOT VALID")
    try:
        found = safe.log_in(SHORT)
    finally:
        table.execute("ALTER TABLE accounts_authauditlog DROP CONSTRAINT refused")
    assert found.lost == found.acked > 0


def test_a_teams_settings_reach_celery_and_the_database(servers: Servers) -> None:
    with up(Arm("project", PROJECT, laid_over=LAID_OVER), servers, 9) as parts:
        assert parts.launcher.manage("shell", "--command", ASK).split()[-3:] == ["7", "5", "54321ms"]
