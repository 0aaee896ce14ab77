"""The upgrade itself, moment by moment: no login's audit event is lost or written twice, and beat goes on."""

from dataclasses import asdict

import psycopg
import pytest

from harness.checkers.hands import TICK
from harness.history.history import History
from harness.moments import DEPLOYMENTS, NEW, OLD, Action, Moment, Step, plan
from harness.rollout import Rollout

MOMENTS = pytest.mark.parametrize("moment", Moment, ids=lambda moment: moment.value)


class Walk:
    """Goes through the plan as far as it is asked to. A step that failed has failed for all that come behind it."""

    def __init__(self, rollout: Rollout, steps: list[Step]) -> None:
        self.rollout = rollout
        self._left = list(steps)
        self._trouble: BaseException | None = None

    def start(self) -> None:
        """Carry out what comes before the first login."""
        self._go(lambda: self.rollout.seen or self._left[0].action is Action.BEGIN_TRAFFIC)

    def reach(self, moment: Moment):
        """What was seen at that moment."""
        self._go(lambda: moment in self.rollout.seen)
        return self.rollout.seen[moment]

    def _go(self, arrived) -> None:
        while not arrived():
            if self._trouble:
                raise self._trouble
            try:
                self.rollout.carry_out(self._left[0])
            except BaseException as error:
                self._trouble = error
                raise
            del self._left[0]

    def finish(self) -> None:
        """Stop the last beat, so that it says what it has sent, and let the worker write it."""
        self.reach(Moment.ROLLED_BACK)
        self.rollout.carry_out(Step(Action.STOP, Moment.ROLLED_BACK, OLD, "beat"))
        self.rollout.fleet.drain(lambda: self.rollout.fleet.ticks() >= self.sent())

    def sent(self) -> int:
        """How often beats have sent the tick, as they say in the database."""
        query = "SELECT total_run_count FROM django_celery_beat_periodictask WHERE name = %s"
        with psycopg.connect(self.rollout.launchers[OLD].settings["DATABASE_URL"]) as connection:
            [sent] = connection.execute(query, [TICK]).fetchone()
        return sent


@pytest.fixture(scope="module")
def walk(session, moments_stacks, admin_of):
    """The walk, with nothing done yet."""

    def prepare():
        with admin_of(moments_stacks[OLD]) as admin:
            admin.prepare()

    rollout = Rollout(moments_stacks, History(session.folder / "history-moments.jsonl"), prepare)
    yield Walk(rollout, plan())
    rollout.close()


def test_what_runs_today_starts(walk):
    walk.start()


@MOMENTS
def test_every_login_is_recorded_once(walk, observe, moment):
    seen = walk.reach(moment)
    observe(f"moment: {moment.value}", asdict(seen.tally))
    tally = seen.tally
    told = f"of {tally.acked} acked {tally.lost} are lost, {tally.duplicated} doubled, {tally.unexpected} from nowhere"
    assert (tally.lost, tally.duplicated, tally.unexpected) == (0, 0, 0), told


@MOMENTS
def test_every_login_is_answered(walk, moment):
    assert walk.reach(moment).refused == []


@MOMENTS
def test_the_events_are_run_by_the_moments_own_workers(walk, moment):
    """Told by the processes themselves, which have confirmed their versions."""
    stacks = {side: walk.rollout.launchers[side].interpreter.stack for side in (OLD, NEW)}
    expected = {(f"{side}-worker", stacks[side]) for side in DEPLOYMENTS[moment].workers}
    assert walk.reach(moment).ran_by <= expected
    assert walk.reach(moment).ran_by


@MOMENTS
def test_beat_goes_on(walk, moment):
    before, after = walk.reach(moment).ticks
    assert after > before


def test_what_beat_sends_is_written_once_each_time_over_all_moments(walk):
    walk.finish()
    assert walk.rollout.fleet.ticks() == walk.sent()
