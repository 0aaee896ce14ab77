"""The plan of a random walk."""

from hypothesis import given
from hypothesis import strategies as st

from harness.moments import NEW, OLD
from harness.walk import CHECK_EVERY, DRAWN, OPENING, PROCESSES, WORKERS, Action, State, describe, plan

GOLDEN = """\
    1. migrate the database with old
    2. start old web
    3. start old beat
    4. start old worker-1
    5. start old worker-2
    6. log in 2 times
    7. migrate the database with new
    8. upgrade worker-2: new takes over
    9. log in 6 times
   10. log in 2 times
   11. in the admin: the periodic task is switched off
   12. all connections to Redis are cut
   13. roll worker-2 back: old takes over
   14. log in 6 times
   15. log in 2 times
   16. log in 2 times
   17. upgrade worker-2: new takes over
   18. wait until all is written, and check
   19. upgrade web: new takes over
   20. upgrade worker-1: new takes over
   21. log in 4 times
   22. upgrade beat: new takes over
   23. roll worker-1 back: old takes over
   24. roll beat back: old takes over
   25. worker-2: the worker is asked to end, as every orchestrator does
   26. log in 2 times
   27. in the admin: the periodic task is due every 2 s
   28. upgrade worker-1: new takes over
   29. wait until all is written, and check
   30. stop new worker-2
   31. worker-1: the worker is asked to end, as every orchestrator does
   32. upgrade beat: new takes over
   33. log in 6 times
   34. log in 6 times
   35. PostgreSQL drops the connections that the app keeps
   36. worker-1: the worker is killed with all its processes
   37. log in 2 times
   38. start new worker-2
   39. log in 6 times
   40. wait until all is written, and check
"""
SEEDS, STEPS = st.integers(0), st.integers(0, 60)


def walked(seed: int, steps: int):
    """Each drawn step and what follows it, with the state before it."""
    state = State()
    for step in plan(seed, steps)[len(OPENING) :]:
        yield state, step
        state = state.after(step)


def last(seed: int, steps: int) -> State:
    """The state behind a walk."""
    state = State()
    for step in plan(seed, steps):
        state = state.after(step)
    return state


def test_the_walk_of_a_seed_is_this_one():
    assert describe(plan(8, 30)) == GOLDEN


def test_an_arrow_marks_the_step_that_failed():
    assert describe(plan(8, 30), failed=2).splitlines()[1:4] == [
        "    2. start old web",
        "→   3. start old beat",
        "    4. start old worker-1",
    ]


@given(SEEDS, STEPS)
def test_so_many_steps_are_drawn_as_were_asked_for(seed, steps):
    extra = [step for step in plan(seed, steps) if step.action is Action.CHECK]
    drawn = [step for _, step in walked(seed, steps) if step.action in DRAWN]
    assert len(extra) == max(1, -(-steps // CHECK_EVERY))
    assert steps <= len(drawn) <= steps + len(extra) * (len(WORKERS) + 1)


@given(SEEDS, STEPS)
def test_every_step_is_possible_where_it_stands(seed, steps):
    for state, step in walked(seed, steps):
        assert step.action is Action.CHECK or step in state.possible()


@given(SEEDS, STEPS)
def test_a_web_and_one_beat_always_run(seed, steps):
    for state, step in walked(seed, steps):
        assert set(state.sides) == set(PROCESSES)
        assert state.down <= set(WORKERS)
        assert step.action is not Action.STOP or step.process in WORKERS


@given(SEEDS, STEPS)
def test_what_takes_over_is_the_other_side_and_what_restarts_the_same(seed, steps):
    for state, step in walked(seed, steps):
        if step.action in {Action.UPGRADE, Action.ROLL_BACK}:
            assert {step.side, state.sides[step.process]} == {OLD, NEW}
        if step.action in {Action.RESTART, Action.START, Action.STOP}:
            assert step.side == state.sides[step.process]


@given(SEEDS, STEPS)
def test_a_worker_is_there_to_finish_what_a_check_waits_for(seed, steps):
    assert all(state.workers for state, step in walked(seed, steps) if step.action is Action.CHECK)


@given(SEEDS, STEPS)
def test_it_ends_with_everything_up_and_a_check(seed, steps):
    assert last(seed, steps).down == frozenset()
    assert last(seed, steps).period > 0
    assert plan(seed, steps)[-1].action is Action.CHECK


@given(SEEDS)
def test_a_longer_walk_begins_as_the_shorter_one_does(seed):
    assert plan(seed, 30)[: len(OPENING) + 9] == plan(seed, 9)[: len(OPENING) + 9]


def test_everything_that_can_be_drawn_is_drawn_by_some_seed():
    drawn = {(step.action, step.fault) for seed in range(50) for step in plan(seed, 30)}
    assert {action for action, _ in drawn} == set(Action)
    possible = State().possible()
    assert {(step.action, step.fault) for step in possible} <= drawn
