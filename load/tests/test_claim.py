"""A slow audit table does not slow the login."""

import platform
import sys

import pytest

from harness.processes.interpreter import Interpreter, installed
from harness.reaper import Reaper
from harness.services.pool import Services
from load.answers import Answer
from load.arm import Arm, Servers
from load.claim import LOCKED_SECONDS, Claim, Table, began_within, measure


def claim(normal: float, slow: float, locked: float, lost: int = 0) -> Claim:
    return Claim("safe", {Table.NORMAL: [normal], Table.SLOW: [slow], Table.LOCKED: [locked]}, lost)


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        (claim(0.100, 0.109, 0.109), True),
        (claim(0.100, 0.111, 0.100), False),
        (claim(0.100, 0.100, 0.111), False),
        (claim(0.100, 0.100, 0.100, lost=1), False),
    ],
)
def test_the_claim_holds_within_a_tenth_of_the_normal_and_with_nothing_lost(told: Claim, holds: bool) -> None:
    assert told.holds is holds


def test_a_login_that_waited_through_the_lock_counts_by_when_it_began() -> None:
    waited, before, after = Answer("a", 16.0, 5.0, 200), Answer("b", 10.4, 0.5, 200), Answer("c", 16.0, 0.5, 200)
    assert began_within([waited, before, after], (10.0, 15.0)) == [5.0]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("way", ["safe", "sync"])
def test_only_a_login_that_writes_its_row_itself_waits_for_the_table(way: str, reaper: Reaper) -> None:
    project = Interpreter("project", sys.executable, installed(), None, platform.python_version())
    with Services("embedded", reaper) as services:
        servers = Servers(services.redis("load"), services.postgres(), reaper.temporary_folder("load"), reaper)
        told = measure(Arm(way, project, way), servers, seconds=7)
    print(way, {table.name: (len(told.latencies[table]), told.p95(table)) for table in Table})
    assert told.lost == 0
    assert (told.p95(Table.LOCKED) > LOCKED_SECONDS / 2) is (way == "sync")
