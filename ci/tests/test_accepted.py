"""Accepted differences: what holds a finding, what does not any more, and the file."""

import datetime as dt
from dataclasses import replace

import pytest
import tomllib

from ci.accepted import FAMILY, Acceptance, Accepted, acceptance, read, weigh, write
from ci.comparison import Change
from ci.findings import identity
from ci.results import as_data
from ci.tests.helpers import ONE, TWO, compared, gate, outcome, told
from ci.verdict import Answer, judge
from harness.errors import UsageError

TODAY = dt.date(2026, 3, 1)
DAY = dt.timedelta(days=1)
OLD, NEW = {"celery": "5.3.6", "kombu": "5.3.4", "vine": "5.0"}, {"celery": "5.6.3", "kombu": "5.6.2", "vine": "5.1"}
REGRESSED = compared("passed", "failed", ("passed", "failed"))
OTHER = compared("passed", "passed", scenario=TWO)


def accepted(**changed) -> Acceptance:
    """An acceptance of ONE between OLD and NEW."""
    one = Acceptance(
        identity(Change.REGRESSED, ONE),
        ONE,
        "regressed",
        REGRESSED.candidate.cause,
        "it is fine",
        TODAY,
        {"celery": ["5.3.6", "5.6.3"], "kombu": ["5.3.4", "5.6.2"]},
    )
    return replace(one, **changed)


def weighed(one: Acceptance, *comparisons, stacks=(OLD, NEW), today: dt.date = TODAY) -> Accepted:
    """What one acceptance makes of a run."""
    return weigh([one], comparisons or [REGRESSED, OTHER], stacks, today)


def verdict(found: Accepted, *comparisons):
    """The verdict on such a run."""
    return judge(comparisons or [REGRESSED, OTHER], accepted=found)


def test_an_accepted_regression_does_not_block_and_is_counted():
    answer = verdict(weighed(accepted()))

    assert answer.answer is Answer.SAFE
    assert "1 accepted" in answer.reasons[0]


def test_a_regression_beside_an_accepted_one_blocks_and_only_it_is_a_reason():
    beside = compared("passed", "failed", ("passed", "failed"), scenario=TWO)
    answer = verdict(weighed(accepted(), REGRESSED, beside), REGRESSED, beside)

    assert answer.answer is Answer.BLOCKED
    assert TWO in answer.reasons[0]
    assert ONE not in " ".join(answer.reasons)


def test_what_is_accepted_works_no_more_than_before():
    assert verdict(weighed(accepted(), REGRESSED), REGRESSED).answer is Answer.INCONCLUSIVE


@pytest.mark.parametrize(("until", "holds"), [(TODAY - DAY, False), (TODAY, True), (TODAY + DAY, True), (None, True)])
def test_an_acceptance_holds_until_its_last_day_is_over(until, holds):
    found = weighed(accepted(until=until))

    assert (ONE in found.held) == holds
    assert verdict(found).answer is (Answer.SAFE if holds else Answer.BLOCKED)


def test_one_that_is_over_says_since_when():
    reasons = verdict(weighed(accepted(until=TODAY - 3 * DAY))).reasons

    assert f"{ONE}: accepted until 2026-02-26, that was 3 days ago" in reasons


@pytest.mark.parametrize(
    ("old", "new", "holds"),
    [
        ("5.3.6", "5.6.3", True),
        ("5.4.0", "5.6.3", True),
        ("5.3.6", "5.5.0", True),
        ("5.3.6", "5.6.4", False),
        ("5.3.5", "5.6.3", False),
        ("5.6.3", "5.3.6", True),
        ("5.3.6", "5.10.0", False),
        ("5.3.6", "not a version", False),
    ],
)
def test_an_acceptance_holds_between_the_versions_of_then(old, new, holds):
    found = weighed(accepted(), stacks=(OLD | {"celery": old}, NEW | {"celery": new}))

    assert (ONE in found.held) == holds
    assert holds or "accepted for celery 5.3.6 → 5.6.3 only" in found.lapsed[ONE]


def test_a_package_that_is_gone_is_out_of_bounds_and_one_out_of_the_family_moves_freely():
    assert ONE not in weighed(accepted(), stacks=(OLD, {"celery": "5.6.3"})).held
    assert ONE in weighed(accepted(), stacks=(OLD, NEW | {"vine": "99"})).held


@pytest.mark.parametrize(
    ("cause", "holds"),
    [
        ("TimeoutError: 127.0.0.1:41233 after 30.1 s", True),
        ("TimeoutError: 127.0.0.1:41234 after 29.9 s", True),
        ("AttributeError: no attribute", False),
    ],
)
def test_an_acceptance_is_of_a_cause_numbers_aside(cause, holds):
    then = accepted(cause="TimeoutError: 127.0.0.1:5432 after 30.0 s")
    now = replace(REGRESSED, candidate=outcome("failed", cause))
    found = weighed(then, now)

    assert (ONE in found.held) == holds
    assert holds or found.lapsed[ONE].startswith("accepted for another cause: TimeoutError")


@pytest.mark.parametrize(
    ("results", "stale"),
    [
        (("passed", "passed"), True),
        (("failed", "passed"), True),
        (("failed", "failed"), True),
        (("skipped", "skipped"), False),
        (("passed", "unknown"), False),
    ],
)
def test_one_that_no_longer_occurs_is_stale_when_that_is_certain(results, stale):
    found = weighed(accepted(), compared(*results), OTHER)

    assert bool(found.stale) == stale
    assert not found.held
    assert not found.lapsed


def test_one_is_not_stale_for_a_scenario_that_did_not_run_or_for_versions_beyond_its_bounds():
    assert not weighed(accepted(), OTHER).stale
    assert not weighed(accepted(), compared("passed", "passed"), stacks=(OLD, NEW | {"celery": "5.7.0"})).stale


def test_a_stale_one_is_said_and_changes_nothing():
    same = compared("passed", "passed")
    answer = verdict(weighed(accepted(), same), same)

    assert answer.answer is Answer.SAFE
    assert f"{accepted().id} is accepted and no longer occurs: {ONE}" in answer.reasons


@pytest.mark.parametrize("repeat", [("passed", "passed"), ("passed", "unknown")])
def test_a_flaky_finding_is_not_held_by_the_acceptance_of_a_regression(repeat):
    flaky = compared("passed", "failed", repeat)
    found = weighed(accepted(), flaky, OTHER)

    assert not found.held
    assert verdict(found, flaky, OTHER).answer is Answer.INCONCLUSIVE


@pytest.fixture
def results(tmp_path):
    """The kept results of a run with a regression and something broken in both."""
    old = told(outcome("passed"), outcome("failed", scenario=TWO))
    made = gate(tmp_path / "runs", old, told(outcome("failed"), outcome("failed", scenario=TWO)))
    return as_data(made, judge(made.comparisons()), [], 0.0)


def test_accepting_takes_over_what_was_found_and_between_which_versions(results):
    one = acceptance(results, identity(Change.REGRESSED, ONE), " as\n meant ", TODAY, TODAY)

    assert (one.scenario, one.change, one.cause) == (ONE, "regressed", "failed here")
    assert (one.because, one.accepted, one.until) == ("as meant", TODAY, TODAY)
    assert one.bounds == {"celery": ["5.3.6", "5.7.0"]}


def test_bounds_are_of_celerys_family_and_of_whatever_moved_where_none_of_it_did(results):
    for arm, version in (("baseline", "1"), ("candidate", "2")):
        results[arm]["pins"] = {"celery": "5.3.6", "vine": version, "six": version if arm == "baseline" else "1"}
    moved = acceptance(results, identity(Change.REGRESSED, ONE), "x", TODAY, None).bounds
    results["candidate"]["python"] = "3.13.0"
    with_python = acceptance(results, identity(Change.REGRESSED, ONE), "x", TODAY, None).bounds

    assert moved == {"vine": ["1", "2"]}
    assert with_python == {"python": ["3.11.7", "3.13.0"]}
    assert set(with_python) <= set(FAMILY)


@pytest.mark.parametrize(
    ("finding", "because", "until", "says"),
    [
        ("nope", "x", None, "has no finding 'nope'"),
        (identity(Change.BROKEN_IN_BOTH, TWO), "x", None, "is broken in both: only a regression"),
        (identity(Change.REGRESSED, ONE), " \n", None, "--because is empty"),
        (identity(Change.REGRESSED, ONE), "x", TODAY - DAY, "is over already"),
    ],
)
def test_what_cannot_be_accepted_is_refused_with_the_reason(results, finding, because, until, says):
    with pytest.raises(UsageError, match=says):
        acceptance(results, finding, because, TODAY, until)


NASTY = ['"""', "\\", "'''", "\x1b[31m \x7f \u2028 é 😀 \ud800", "]]\n[x]", "# = [", "$(id) <script>"]


@pytest.mark.parametrize("text", NASTY)
def test_the_file_comes_back_as_it_was_written_whatever_a_cause_holds(results, tmp_path, text):
    for one in results["findings"]:
        one["cause"] = f"E: {text}"
    ours = acceptance(results, identity(Change.REGRESSED, ONE), f"because {text}", TODAY, TODAY + DAY)
    write(tmp_path / "accepted.toml", [ours, accepted(bounds={})])

    assert read(tmp_path / "accepted.toml") == [ours, accepted(bounds={})]
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["accepted.toml"]
    tomllib.loads((tmp_path / "accepted.toml").read_text())


def test_no_file_is_nothing_accepted(tmp_path):
    assert read(tmp_path / "accepted.toml") == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "00000000"),
        ("scenario", "scenarios/other.py::test"),
        ("change", "flaky"),
        ("because", "  "),
        ("accepted", "2026-03-01"),
        ("until", "soon"),
        ("bounds", {"celery": ["5.3.6"]}),
        ("bounds", {"celery": ["5.3.6", "new"]}),
        ("bounds", {"celery": "5.3.6"}),
    ],
)
def test_a_mistake_in_the_file_never_accepts_more_than_was_meant(tmp_path, key, value):
    write(tmp_path / "accepted.toml", [accepted(**{key: value})])

    with pytest.raises(UsageError, match="holds no accepted differences") as caught:
        read(tmp_path / "accepted.toml")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["[[accepted]]\n", "accepted = 3", "[[accepted]]\nx = 1", "nonsense", "[accepted]\nx=1"]
)
def test_a_file_that_is_none_is_refused_in_one_line(tmp_path, text):
    (tmp_path / "accepted.toml").write_text(text)

    with pytest.raises(UsageError) as caught:
        read(tmp_path / "accepted.toml")
    assert "\n" not in str(caught.value)
