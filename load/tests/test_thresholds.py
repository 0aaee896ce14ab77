"""The file of thresholds: what it may say, and what is refused."""

from pathlib import Path

import pytest

from harness.errors import UsageError
from load.metrics import BY_NAME
from load.thresholds import read

COMMITTED = Path(__file__).parents[2] / "ci" / "thresholds.toml"


@pytest.fixture
def changed(tmp_path):
    """The committed file with one text in place of another, which must be there."""

    def change(old, new):
        text = COMMITTED.read_text()
        assert old in text
        (tmp_path / "thresholds.toml").write_text(text.replace(old, new, 1))
        return tmp_path / "thresholds.toml"

    return change


def test_the_committed_file_has_a_threshold_for_every_metric():
    assert list(read(COMMITTED)) == list(BY_NAME)


def test_what_costs_cpu_is_what_an_answer_is_needed_for():
    needed = {name for name, one in read(COMMITTED).items() if one.needed}
    assert {"web_cpu_ms_per_login", "worker_cpu_ms_per_event"} <= needed


def test_a_metric_where_zero_is_usual_has_a_grain():
    assert all(one.grain > 0 for one in read(COMMITTED).values() if one.metric.zero_is_usual)


def test_of_a_metric_that_is_better_when_higher_the_limit_is_below_one():
    found = read(COMMITTED)
    assert found["drain_rate"].limit < 1 < found["login_p50"].limit


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[drain_rate]", "[drained]", "drain_rate has no threshold"),
        ("[drain_rate]", "[aaa]\nallowed = 2\n[drain_rate]", "aaa is no metric"),
        ("allowed = 1.25", "allowed = 1", "allowed above 1"),
        ("allowed = 1.25", "allowed = '1.25'", "takes numbers"),
        ("allowed = 1.25\n", "", "takes numbers"),
        ("confidence = 0.995", "confidence = 1.0", "between 0 and 1"),
        ("allowed = 1.25", "tolerance = 1.25", "takes numbers"),
        ("needed = true", "needed = 'yes'", "takes"),
        ("allowed = 1.25", "allowed 1.25", "TOML"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_in_one_line(changed, old, new, told):
    with pytest.raises(UsageError, match=told):
        read(changed(old, new))


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot be read"):
        read(tmp_path / "none.toml")
