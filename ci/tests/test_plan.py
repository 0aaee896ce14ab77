"""The plan of a run."""

from dataclasses import replace

import pytest

from ci.gate import Gate
from ci.plan import Step, carry_out, describe
from ci.tests.helpers import gate

PLAN = """\
   1. resolve baseline old
   2. resolve candidate new
   3. build both, at the same time
   4. start Redis and PostgreSQL (embedded)
   5. run the scenarios on both, at the same time
   6. run again, 2 times on both, what failed on the candidate only
"""


class Recorder:
    """Actions that tell when they run."""

    def __init__(self) -> None:
        self.seen: list = []

    def step(self, title: str, error: BaseException | None = None) -> Step:
        """A step whose action notes its title, or raises."""

        def action() -> str:
            self.seen.append(title)
            if error:
                raise error
            return f"{title} done"

        return Step(title, action)

    def carry_out(self, steps: list[Step]) -> None:
        """Carry them out, noting what is told before and after."""
        carry_out(
            steps,
            lambda number, step: self.seen.append(("before", number, step.title)),
            lambda number, step: self.seen.append(("after", number, step.title)),
        )


@pytest.fixture
def recorder():
    return Recorder()


def test_the_plan_of_a_gate_reads_like_this(tmp_path):
    assert describe(gate(tmp_path).steps()) == PLAN


def test_an_arrow_marks_the_step_that_failed_and_moves_nothing(tmp_path):
    steps = gate(tmp_path).steps()

    assert describe(steps, failed=steps[3]) == PLAN.replace("   4.", "→  4.")


def test_numbers_stay_aligned_beyond_nine():
    lines = describe([Step("x", str)] * 10).splitlines()

    assert (lines[0], lines[-1]) == ("   1. x", "  10. x")


def test_a_replay_repeats_nothing(tmp_path):
    whole = gate(tmp_path)
    short = Gate(whole.question, whole.folder, whole.choice, None, None, repeats=0)

    assert describe(short.steps()) == "".join(PLAN.splitlines(keepends=True)[:-1])


def test_steps_run_in_order_and_are_told_before_and_after(recorder):
    recorder.carry_out([recorder.step("a"), recorder.step("b")])

    assert recorder.seen == [
        *(("before", 1, "a"), "a", ("after", 1, "a")),
        *(("before", 2, "b"), "b", ("after", 2, "b")),
    ]


def test_a_step_that_ended_has_a_remark_and_a_time(recorder):
    step = recorder.step("a")
    assert step.seconds is None

    recorder.carry_out([step])

    assert step.remark == "a done"
    assert step.seconds >= 0


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(3)])
def test_the_first_exception_ends_it_and_passes_through(recorder, error):
    steps = [recorder.step("a"), recorder.step("b", error), recorder.step("c")]

    with pytest.raises(type(error)) as caught:
        recorder.carry_out(steps)

    assert caught.value is error
    assert recorder.seen[-2:] == [("before", 2, "b"), "b"]
    assert [step.seconds is None for step in steps] == [False, True, True]


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        ("scenarios", True),
        ("scenarios/upgrade", True),
        ("scenarios/upgrade/test_moments.py::test_beat_goes_on[after]", True),
        ("scenarios/upgrade/test_schema.py", False),
        ("scenarios/audit", False),
    ],
)
def test_the_moments_of_the_upgrade_are_planned_when_they_are_asked_about(tmp_path, target, asked):
    made = gate(tmp_path)
    made.question = replace(made.question, targets=(target,))

    assert made.moments().startswith("  1. migrate the database with old\n") is asked
