"""An upgrade in any order: processes go forth and back, restart, are harmed, and no login is lost or written twice.

Each walk is a plan that its seed makes (harness/walk.py); it stands in `walk-seed-SEED-STEPS.txt` beside the logs. Any
other walk can be asked for by its id.
"""

import re
from dataclasses import asdict

import pytest

from harness.fleet import Fleet
from harness.history.history import History
from harness.moments import OLD
from harness.supervisor import Supervisor
from harness.walk import Action, describe, plan
from harness.walker import Walker

SHORT = (473, 8)  # every kind of process is upgraded, one is rolled back, a worker is killed, Redis loses its clients
FULL = [SHORT, *((seed, 20) for seed in range(1, 7))]
ASKED = re.compile(r"\[seed-(\d+)-(\d+)\]$")
pytestmark = pytest.mark.timeout(400)  # the gate waits hardly longer for a scenario


def pytest_generate_tests(metafunc):
    """Whatever is asked for by its id; and for the gate's long form a short walk and long ones."""
    given = [found for argument in metafunc.config.args if (found := ASKED.search(argument))]
    asked = [tuple(map(int, found.groups())) for found in given]
    left = [pytest.param(*one, id=_name(*one), marks=pytest.mark.full) for one in FULL if one not in asked]
    walks = [*(pytest.param(*one, id=_name(*one)) for one in dict.fromkeys(asked)), *left]
    metafunc.parametrize(("seed", "steps"), walks)


def _name(seed, steps):
    return f"seed-{seed}-{steps}"


@pytest.fixture
def walker(session, walk_stacks, admin_of, seed, steps):
    """Carries a walk out; nothing is done yet."""
    from core import celery_app  # noqa: PLC0415 - the app is importable only once a session has begun

    fleet = Fleet(walk_stacks, History(session.folder / f"history-walk-{_name(seed, steps)}.jsonl"))
    redis, postgres = session.services.redis(f"{session.name}-walk", durable=True), session.services.postgres()
    with admin_of(walk_stacks[OLD]) as admin:
        walker = Walker(Supervisor(fleet, celery_app), redis, postgres, admin.prepare, admin.due_every)
        yield walker
        walker.close()


def test_a_walk_loses_nothing(session, walker, observe, seed, steps):
    walk = plan(seed, steps)
    told = session.folder / f"walk-{_name(seed, steps)}.txt"
    told.write_text(describe(walk))
    number = 0
    try:
        for number, step in enumerate(walk):  # noqa: B007 - the arrow stands there
            walker.carry_out(step)
            if step.action is Action.CHECK:
                judge(walker, observe)
    except BaseException:
        told.write_text(describe(walk, failed=number))
        raise


def judge(walker, observe):
    tally, supervisor = walker.tally(), walker.supervisor
    ends = {"worker started again": supervisor.revived.total(), "worker did not end": supervisor.hung.total()}
    observe("figures", {**asdict(tally), **ends})
    told = f"of {tally.acked} acked {tally.lost} are lost, {tally.duplicated} doubled, {tally.unexpected} from nowhere"
    assert (tally.lost, tally.duplicated, tally.unexpected) == (0, 0, 0), told
    assert walker.refused() == {}
