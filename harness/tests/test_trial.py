"""A trial, with workloads that do what they are told at once: one that gets into trouble leaves the others alone."""

import pytest

from harness.checkers.exposure import Window
from harness.history.record import Kind, Record
from harness.trial import Hands, Rounds, Trial, run


class Toy:
    """A workload that notes what was asked of it, and fails at one of it."""

    def __init__(self, fails_at: str = "") -> None:
        self.told: list[str] = []
        self._fails_at = fails_at

    ends, deaf, left = 2, 1, {"e2"}

    def __getattr__(self, name):
        def tell(*_, **__):
            self.told.append(name)
            if name == self._fails_at:
                raise AssertionError(name)
            return {"in_the_middle": {"e1"}, "held": {"e3"}, "resume_seconds": 1.5, "judged": HISTORY}.get(name)

        return tell


HISTORY = [Record(Kind.ATTEMPTED, "e1", monotonic=1.0)]


@pytest.fixture
def order():
    """What was done to all, in order, and two contexts that note it."""
    done: list[str] = []

    class Noted:
        def __init__(self, name):
            self.name = name

        def __call__(self, _workloads):
            return self

        def __enter__(self):
            done.append(f"{self.name} on")

        def __exit__(self, *_):
            done.append(f"{self.name} off")

    return done, Noted("fault"), Noted("lock")


def test_a_fault_is_over_before_the_lock_is_and_no_lock_is_needed_for_empty_hands(order):
    done, fault, lock = order
    run("F", [Toy()], fault, lock, Rounds((Hands.FULL, Hands.EMPTY), 0.0))
    assert done == ["lock on", "fault on", "fault off", "lock off", "fault on", "fault off"]


def test_each_round_is_drained_before_filled_and_resumed_after(order):
    _, fault, lock = order
    toy = Toy()
    [trial] = run("F", [toy], fault, lock, Rounds((Hands.SOME, Hands.FULL), 0.0))
    ask = ["note", "run", "resume_seconds", "pause"]
    some = ["drain", "take_two", "in_the_middle", "held", *ask]
    full = ["drain", "fill_hands", "in_the_middle", "held", *ask]
    assert toy.told == ["begin", "flow", *some, *full, "drain", "judged"]
    assert (trial.resumed, trial.caught, trial.held, trial.history) == ([1.5, 1.5], {"e1"}, {"e3"}, HISTORY)
    assert (trial.ends, trial.deaf, trial.left) == (2, 1, {"e2"})


def test_freed_hands_go_on_while_the_fault_is_on(order):
    done, fault, lock = order
    run("F", [Toy()], fault, lock, Rounds((Hands.FREED,), 0.0))
    assert done == ["lock on", "fault on", "lock off", "fault off"]


def test_trouble_of_one_is_its_own(order):
    _, fault, lock = order
    toy, poor = Toy(), Toy(fails_at="resume_seconds")
    fine, troubled = run("F", [toy, poor], fault, lock, Rounds((Hands.EMPTY, Hands.EMPTY), 0.0))
    assert (fine.trouble, len(fine.windows)) == (None, 2)
    assert (str(troubled.trouble), len(troubled.windows)) == ("resume_seconds", 1)


def test_what_became_of_the_events_of_one_in_trouble_is_asked_of_another_worker(order):
    _, fault, lock = order
    poor = Toy(fails_at="resume_seconds")
    [trial] = run("F", [poor], fault, lock, Rounds((Hands.EMPTY, Hands.EMPTY), 0.0))
    assert poor.told[-3:] == ["replace_worker", "drain", "judged"]
    assert (poor.supervised, trial.history, trial.left) == (True, HISTORY, {"e2"})


def test_one_whose_events_cannot_be_judged_keeps_its_first_trouble(order):
    _, fault, lock = order

    class Poorer(Toy):
        def replace_worker(self):
            raise AssertionError("no worker")

    [trial] = run("F", [Poorer(fails_at="resume_seconds")], fault, lock, Rounds((Hands.EMPTY,), 0.0))
    assert (str(trial.trouble), trial.history) == ("resume_seconds", [])


def test_when_all_are_in_trouble_nothing_more_is_done(order):
    done, fault, lock = order
    run("F", [Toy(fails_at="begin")], fault, lock, Rounds((Hands.FULL,), 0.0))
    assert done == []


def test_what_was_on_the_way_in_any_round_is_told():
    history = [Record(Kind.ATTEMPTED, "e1", monotonic=1.0), Record(Kind.ATTEMPTED, "e2", monotonic=9.0)]
    trial = Trial(Toy(), windows=[Window(2, 3, 2), Window(5, 6, 5)], history=history)
    assert (trial.on_the_way(), trial.publishing()) == ({"e1"}, {"e1"})
