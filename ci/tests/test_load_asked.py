"""What `preflight load` may be asked, and how a load run is laid out."""

from dataclasses import replace

import pytest

from ci.control import APP, broken_app
from ci.loads import controls
from ci.loads.asked import Options, asked
from ci.loads.design import AB, WAYS, Design
from ci.loads.trial import LoadTrial, LoadWatch
from harness.errors import UsageError
from load.round import Round
from load.shapes import find
from load.statistics import FEWEST


def test_without_stacks_the_ways_of_delivery_are_asked_about_on_the_project_environment():
    question = asked(Options())
    assert [side.name for side in question.sides] == ["none", "sync", "plan", "safe", "batch"]
    assert (question.kind, question.stacks, question.design) == ("ways", (), WAYS)


def test_two_stacks_are_compared_with_the_apps_own_way_of_delivery():
    question = asked(Options(baseline="plan-2023", candidate="celery-5.7"))
    assert [(side.name, side.stack, side.way) for side in question.sides] == [
        ("baseline", "plan-2023", "safe"),
        ("candidate", "celery-5.7", "safe"),
    ]
    assert question.stacks == ("plan-2023", "celery-5.7")


def test_a_stack_that_is_left_out_is_the_gates_default():
    assert asked(Options(candidate="celery-5.7")).stacks == ("plan-2023", "celery-5.7")
    assert asked(Options(baseline="celery-5.7")).stacks == ("celery-5.7", "latest")


def test_a_stack_against_itself_is_built_once():
    assert asked(Options(baseline="plan-2023", candidate="plan-2023")).stacks == ("plan-2023",)


def test_a_control_is_in_the_candidates_app_alone():
    old, new = asked(Options(baseline="plan-2023", control="slow-audit-task")).sides
    assert old.control is None
    assert new.control == controls.find("slow-audit-task")


def test_a_shape_that_is_named_takes_its_own_time():
    assert asked(Options(shape="spike", rounds=3)).design == replace(WAYS, shape=find("spike"), rounds=3)


def test_a_backlog_may_be_of_another_size():
    assert asked(Options(backlog=50_000)).design.backlog == 50_000
    design = asked(Options(candidate="celery-5.7", backlog=5_000)).design
    assert (design.backlog, design.drains) == (5_000, 1)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (Options(way="plan"), "--way and --control are for two stacks"),
        (Options(control="slow-audit-task"), "--way and --control are for two stacks"),
        (Options(shape="square"), "no shape is called 'square'"),
        (Options(baseline="nothing"), "no stack is called 'nothing'"),
        (Options(baseline="plan-2023", way="owl"), "no way of delivery is called 'owl'"),
        (Options(baseline="plan-2023", control="owl"), "no control of load is called 'owl'"),
    ],
)
def test_what_means_nothing_is_refused(options, told):
    with pytest.raises(UsageError, match=told):
        asked(options)


def test_the_control_fits_todays_app_and_leaves_it_as_it_is(tmp_path):
    control = controls.find("slow-audit-task")
    before = (APP / control.file).read_text()
    broken = (broken_app(control, tmp_path) / control.file).read_text()
    compile(broken, control.file, "exec")
    assert "0.15" in broken
    assert (APP / control.file).read_text() == before


def test_the_usual_comparison_has_rounds_enough_to_tell():
    assert AB.rounds >= FEWEST
    assert AB.sittings >= 2


def test_rounds_are_dealt_out_to_sittings_evenly_and_none_is_left_out():
    parts = Design(find("steady"), 11, 3, 100).parts()
    assert [one for part in parts for one in part] == list(range(1, 12))
    assert {len(part) for part in parts} <= {3, 4}
    assert len(Design(find("steady"), 1, 2, 100).parts()) == 1


class Told(LoadWatch):
    """Writes down what it is told."""

    def __init__(self):
        self.arms = []

    def loading(self, _trial, arm):
        self.arms.append(arm)


@pytest.fixture
def quiet(monkeypatch):
    """Arms that are neither started nor loaded: what was done to them, in order."""
    done = []

    class Quiet:
        def __init__(self, *_arguments, backlog, drains):
            self.rounds = []
            done.append(f"{drains} x {backlog} events")

        def begin(self):
            done.append("begin")

        def renew(self):
            done.append("renew")

        def lap(self, arms, loading):
            for arm in arms:
                loading(arm)
            done.extend(arms)
            told = [Round(arm, "safe", "steady", 0.0, acked=5) for arm in arms]
            self.rounds += told
            return told

        def close(self):
            done.append("close")

    monkeypatch.setattr("ci.loads.trial.Experiment", Quiet)
    return done


def test_a_trial_loads_the_arms_in_turns_and_starts_them_anew_between_sittings(quiet):
    watch = Told()
    trial = LoadTrial(("a", "b"), Design(find("steady"), 4, 2, 100, drains=3), list, list, watch)
    steps = trial.steps()
    remarks = [step.action() for step in steps]
    trial.close()
    assert quiet == ["3 x 100 events", "begin", "a", "b", "b", "a", "renew", "a", "b", "b", "a", "close"]
    assert watch.arms == ["a", "b", "b", "a"] * 2
    assert remarks[-1] == "40 logins so far"
    assert [step.title.partition(":")[0] for step in steps] == [
        "start a, b",
        "load them in turns, rounds 1 to 2 of each",
        "start all processes anew; a warm-up round is thrown away",
        "load them in turns, rounds 3 to 4 of each",
    ]
