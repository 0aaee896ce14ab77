"""A slow audit table does not slow the login."""

import platform
import sys

import pytest

from harness.processes.interpreter import Interpreter, installed
from harness.reaper import Reaper
from harness.services.pool import Services
from load.answers import Answer
from load.arm import Arm, Servers
from load.claim import LOCKED_SECONDS, Claim, Table, Turn, measure, under_way


def claim(*turns: tuple[Table, float], lost: int = 0) -> Claim:
    return Claim("safe", [Turn(table, [seconds], lost) for table, seconds in turns])


def once(normal: float, slow: float, locked: float, lost: int = 0) -> Claim:
    between = (Table.NORMAL, normal)
    return claim(between, (Table.SLOW, slow), between, (Table.LOCKED, locked), between, lost=lost)


@pytest.mark.parametrize(
    ("told", "holds"),
    [
        (once(0.100, 0.109, 0.109), True),
        (once(0.100, 0.111, 0.100), False),
        (once(0.100, 0.100, 0.111), False),
        (once(0.100, 0.100, 0.100, lost=1), False),
    ],
)
def test_the_claim_holds_within_a_tenth_of_the_normal_and_with_nothing_lost(told: Claim, holds: bool) -> None:
    assert told.holds is holds


def test_a_turn_is_held_against_its_neighbours_and_one_odd_turn_decides_nothing() -> None:
    normal, slow = Table.NORMAL, Table.SLOW
    drifting = claim((normal, 0.1), (slow, 0.1), (normal, 0.1), (slow, 0.9), (normal, 0.4), (slow, 0.4), (normal, 0.4))
    assert drifting.ratio(slow) == pytest.approx(1.0)


def test_a_login_that_waited_through_the_lock_counts_and_one_before_or_after_it_does_not() -> None:
    waited, caught = Answer("a", 16.0, 5.0, 200), Answer("b", 15.1, 5.2, 200)
    before, after = Answer("c", 9.9, 0.5, 200), Answer("d", 16.0, 0.5, 200)
    assert under_way([waited, caught, before, after], (10.0, 15.0)) == [5.0, 5.2]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("way", ["safe", "sync"])
def test_only_a_login_that_writes_its_row_itself_waits_for_the_table(way: str, reaper: Reaper) -> None:
    project = Interpreter("project", sys.executable, installed(), None, platform.python_version())
    with Services("embedded", reaper) as services:
        servers = Servers(services.redis("load"), services.postgres(), reaper.temporary_folder("load"), reaper)
        told = measure(Arm(way, project, way), servers, rounds=1)
    assert told.lost == 0
    assert (told.p95(Table.LOCKED) > LOCKED_SECONDS / 2) is (way == "sync")
