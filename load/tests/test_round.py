"""What others build on: a round, its metrics, the ways."""

import pytest

from harness.errors import UsageError
from load import metrics, ways
from load.round import Round


def test_a_round_comes_back_from_json_as_it_was() -> None:
    whole = Round(
        "plan-2023", "safe", "steady", 1.5, {"login_p50": 0.1}, [0.1], {"lag": [(0.0, 0.2)]}, 3, 2, 2, 0, 1, 1
    )
    assert Round.from_json(whole.to_json()) == whole


def test_every_metric_says_which_way_is_better_and_what_it_is() -> None:
    assert len(metrics.BY_NAME) == len(metrics.METRICS)
    assert all(one.better in ("lower", "higher") and one.unit and one.meaning for one in metrics.METRICS)


def test_every_way_has_a_promise() -> None:
    assert set(ways.BY_NAME) == {"none", "sync", "plan", "safe", "batch"}
    assert all(way.promise for way in ways.WAYS)


def test_an_unknown_way_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(
        UsageError, match="no way of delivery is called 'fast': there are none, sync, plan, safe, batch"
    ):
        ways.find("fast")
