"""Whose turn it is, and what comes of it. On arms that only note what is asked of them."""

import sys

import pytest

from harness.errors import WaitTimeout
from harness.processes.interpreter import Interpreter
from load.arm import Arm, Servers
from load.experiment import Experiment, alternated
from load.round import Round
from load.shapes import Shape, find

STACK = Interpreter("some-stack", sys.executable, {}, None, "3.12.1")
ARMS = [Arm(name, STACK) for name in "ab"]


class Noting:
    """In a rig's place. What is asked of any of them is in `turns`; a drain costs as much as its turn's number."""

    turns: list[str]

    def __init__(self, arm: Arm, _servers: Servers, _number: int) -> None:
        self.name = arm.name

    def log_in(self, shape: Shape) -> Round:
        self.turns.append(f"{self.name} logs in")
        return Round(self.name, "safe", shape.name, 0.0, {"login_p50": 1.0}, acked=5)

    def drain(self, count: int) -> dict[str, float]:
        self.turns.append(f"{self.name} drains {count}")
        return {"worker_cpu_ms_per_event": float(len(self.turns))}


@pytest.fixture
def experiment(monkeypatch: pytest.MonkeyPatch, servers: Servers) -> Experiment:
    """Of two arms, with three backlogs of 300 events in each round."""
    monkeypatch.setattr(Noting, "turns", [], raising=False)
    monkeypatch.setattr("load.experiment.Rig", Noting)
    return Experiment(ARMS, servers, find("few"), backlog=300, drains=3)


@pytest.fixture
def servers() -> Servers:
    """None that anybody asks for anything."""
    return Servers.__new__(Servers)


def test_the_first_arm_is_alternated() -> None:
    assert [alternated(["a", "b"], number) for number in range(3)] == [["a", "b"], ["b", "a"], ["a", "b"]]
    assert alternated(["a", "b", "c"], 1) == ["c", "b", "a"]


def test_in_a_lap_the_arms_log_in_one_after_the_other_and_drain_their_backlogs_in_turns(experiment: Experiment) -> None:
    told: list[str] = []
    experiment.lap(["b", "a"], told.append)
    assert Noting.turns[:2] == ["b logs in", "a logs in"]
    assert Noting.turns[2:] == [f"{arm} drains 300" for arm in "baabba"]
    assert told == [*"ba", *"baabba"]


def test_logins_that_came_to_their_end_are_kept_when_a_backlog_is_lost(
    experiment: Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_self: Noting, _count: int) -> dict[str, float]:
        raise WaitTimeout("300 events are not drained", "300 events are drained")

    monkeypatch.setattr(Noting, "drain", lost)
    with pytest.raises(WaitTimeout):
        experiment.lap(["a", "b"], print)
    assert [(one.arm, one.acked) for one in experiment.rounds] == [("a", 5), ("b", 5)]


def test_a_rounds_figures_are_those_of_its_logins_and_the_means_of_its_drains(experiment: Experiment) -> None:
    rounds = experiment.lap(["a", "b"], print)
    assert experiment.rounds == rounds
    assert [(one.arm, one.acked) for one in rounds] == [("a", 5), ("b", 5)]
    drains = {"a": (3 + 6 + 7) / 3, "b": (4 + 5 + 8) / 3}
    expected = [{"login_p50": 1.0, "worker_cpu_ms_per_event": drains[arm]} for arm in "ab"]
    assert [one.metrics for one in rounds] == expected
