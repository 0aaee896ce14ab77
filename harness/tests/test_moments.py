"""The plan of an upgrade's moments."""

import pytest

from harness.moments import DEPLOYMENTS, Action, Moment, describe, plan

GOLDEN = """\
  1. migrate the database with old
  2. start old worker
  3. start old beat
  4. start old web
  5. before: logins begin
  6. before: as many logins again, then wait until all is written
  7. before: check
  8. web_first: logins begin
  9. migrate the database with new
 10. stop old beat
 11. start new beat
 12. start new web
 13. stop old web
 14. web_first: as many logins again, then wait until all is written
 15. web_first: check
 16. worker_first: logins begin
 17. start new worker
 18. stop old worker
 19. stop new beat
 20. start old beat
 21. start old web
 22. stop new web
 23. worker_first: as many logins again, then wait until all is written
 24. worker_first: check
 25. both_workers: logins begin
 26. start old worker
 27. both_workers: as many logins again, then wait until all is written
 28. both_workers: check
 29. after: logins begin
 30. stop old worker
 31. stop old beat
 32. start new beat
 33. start new web
 34. stop old web
 35. after: as many logins again, then wait until all is written
 36. after: check
 37. rolled_back: logins begin
 38. start old worker
 39. stop new worker
 40. stop new beat
 41. start old beat
 42. start old web
 43. stop new web
 44. rolled_back: as many logins again, then wait until all is written
 45. rolled_back: check
"""


def running(until: int) -> dict[str, list[str]]:
    """What runs when so many steps are done: kind of process -> its sides."""
    up: dict[str, list[str]] = {"web": [], "beat": [], "worker": []}
    for step in plan()[:until]:
        if step.action is Action.START:
            up[step.what].append(step.side)
        if step.action is Action.STOP:
            up[step.what].remove(step.side)
    return up


def test_the_plan_is_this_one():
    assert describe(plan()) == GOLDEN


@pytest.mark.parametrize("moment", Moment)
def test_at_each_check_exactly_the_moments_own_deployment_runs(moment):
    steps = plan()
    check = next(number for number, step in enumerate(steps) if (step.action, step.moment) == (Action.CHECK, moment))
    up, wanted = running(check), DEPLOYMENTS[moment]

    assert (up["web"], up["beat"], sorted(up["worker"])) == ([wanted.web], [wanted.beat], sorted(wanted.workers))


def test_once_logins_have_begun_a_web_and_a_worker_always_run_and_never_two_beats():
    begun = next(number for number, step in enumerate(plan()) if step.action is Action.BEGIN_TRAFFIC)
    for number in range(begun, len(plan()) + 1):
        up = running(number)
        assert up["web"]
        assert up["worker"]
        assert len(up["beat"]) <= 1
