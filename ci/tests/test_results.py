"""A run as data."""

import datetime as dt
from dataclasses import replace

import pytest

from ci.accepted import Acceptance
from ci.comparison import Change
from ci.findings import identity
from ci.plan import Step
from ci.results import as_data, junit
from ci.tests.helpers import ONE, TWO, gate, outcome, parsed, told
from ci.verdict import Answer, Verdict, judge
from harness.outcomes import Outcome

DAY = dt.date(2026, 3, 1)
IDS = [f"scenarios/tasks/test_mail.py::test_{number}" for number in range(5)]


def arm(*results: str):
    """A pytest run with these results, in the order of IDS."""
    return told(*(outcome(result, scenario=one) for one, result in zip(IDS, results, strict=False)))


@pytest.fixture
def finished(tmp_path):
    """A gate whose two stacks differ in everything that can differ."""
    old = arm("passed", "passed", "failed", "skipped", "unknown")
    return gate(tmp_path, old, arm("passed", "failed", "failed", "skipped"))


def test_results_survive_the_file(finished):
    steps = [Step("resolve", str, "done", 0.126), Step("never ran", str)]
    data = as_data(finished, judge(finished.comparisons()), steps, 12.34)
    finished.folder.write_results(data)

    assert finished.folder.read_results() == {"schema": 1, **data}


def test_results_tell_answer_steps_and_stacks(finished):
    steps = [Step("resolve", str, "done", 0.126), Step("never ran", str)]
    data = as_data(finished, Verdict(Answer.BLOCKED, ("because",)), steps, 12.34)

    assert (data["verdict"], data["exit_code"], data["reasons"]) == ("BLOCKED", 1, ["because"])
    assert (data["seconds"], data["services"], data["targets"]) == (12.3, "embedded", ["scenarios"])
    assert data["baseline"]["pins"] == {"celery": "5.3.6"}
    assert data["moved"] == {"celery": ["5.3.6", "5.7.0"]}
    assert data["steps"] == [
        {"title": "resolve", "remark": "done", "seconds": 0.13},
        {"title": "never ran", "remark": "", "seconds": None},
    ]


def test_results_tell_every_scenario_with_its_repeats(tmp_path):
    made = gate(tmp_path, told(outcome("passed")), told(outcome("failed")))
    made.rounds = [{"baseline": {ONE: outcome("passed")}, "candidate": {ONE: outcome("unknown")}}]

    [one] = as_data(made, judge([]), [], 0.0)["scenarios"]

    passed = {"result": "passed", "cause": "", "detail": "", "started": True, "seconds": 0.25}
    passed |= {"observations": {}, "logs": {}}
    assert (one["scenario"], one["area"], one["change"]) == (ONE, "audit", "unknown")
    assert one["baseline"] == passed
    assert one["candidate"] == {**passed, "result": "failed", "cause": "failed here"}
    assert one["repeats"] == [[passed, {**passed, "result": "unknown", "cause": "unknown here"}]]


def test_results_tell_how_a_scenario_failed_and_where_its_logs_are(tmp_path):
    bad = Outcome(ONE, "failed", "cause", "a long story", logs={"candidate/worker-1.log": [3, 9]})

    [one] = as_data(gate(tmp_path, told(outcome("passed")), told(bad)), judge([]), [], 0.0)["scenarios"]

    assert one["candidate"]["detail"] == "a long story"
    assert one["candidate"]["logs"] == {"candidate/worker-1.log": [3, 9]}


def test_results_tell_settings_what_is_accepted_and_what_is_stale(tmp_path):
    made = gate(tmp_path, told(outcome("passed")), told(outcome("failed")))
    over = Acceptance(identity(Change.REGRESSED, ONE), ONE, "regressed", "failed here", "fine", DAY, {}, DAY)
    for until, expected in ((DAY, ("fine", "")), (None, ("fine", ""))):
        object.__setattr__(made.question, "acceptances", [replace(over, until=until)])
        object.__setattr__(made.question, "today", DAY)
        [finding] = as_data(made, judge([]), [], 0.0)["findings"]
        assert (finding["accepted"], finding["lapsed"]) == expected
    object.__setattr__(made.question, "today", DAY + dt.timedelta(days=1))
    object.__setattr__(made.question, "acceptances", [over])
    object.__setattr__(made.question, "settings", {"task_acks_late": True})
    data = as_data(made, judge([]), [], 0.0)

    assert (data["findings"][0]["accepted"], data["findings"][0]["lapsed"][:25]) == ("", "accepted until 2026-03-01")
    assert (data["settings"], data["stale"]) == ({"task_acks_late": True}, [])


def test_a_run_that_ended_before_its_stacks_were_resolved_has_results_too(tmp_path):
    unborn = gate(tmp_path)
    data = as_data(unborn, Verdict(Answer.UNRESOLVABLE, ("clash",)), unborn.steps(), 0.1)
    unborn.folder.write_results(data)

    assert (data["baseline"], data["candidate"]) == ({"name": "old"}, {"name": "new"})
    assert (data["moved"], data["scenarios"], data["findings"]) == ({}, [], [])


def test_junit_counts_each_stack_by_itself(finished):
    suites = parsed(junit(finished))

    counts = [[suite.get(key) for key in ("name", "tests", "failures", "skipped", "errors")] for suite in suites]
    assert counts == [["baseline old", "5", "1", "1", "1"], ["candidate new", "5", "2", "1", "1"]]


def test_junit_has_a_case_with_its_file_and_name_for_each_scenario(finished):
    baseline, candidate = parsed(junit(finished))

    for suite in (baseline, candidate):
        assert [f"{case.get('file')}::{case.get('name')}" for case in suite] == IDS
        assert all(float(case.get("time")) >= 0 for case in suite)
        assert float(suite.get("time")) == pytest.approx(sum(float(case.get("time")) for case in suite))
    tags = [[child.tag for child in case] for case in candidate]
    assert tags == [[], ["failure"], ["failure"], ["skipped"], ["error"]]


def test_no_case_of_junit_is_taken_for_a_duplicate_of_another(finished):
    cases = [(case.get("classname"), case.get("name")) for suite in parsed(junit(finished)) for case in suite]

    assert len(set(cases)) == len(cases) == 2 * len(IDS)


def test_a_whole_file_that_failed_has_a_name_in_junit_too(tmp_path):
    whole = outcome("failed", scenario="scenarios/tasks/test_mail.py")
    [suite, _] = parsed(junit(gate(tmp_path, told(whole))))

    assert suite[0].get("name") == "scenarios/tasks/test_mail.py"


def test_junit_of_a_run_in_which_nothing_ran_is_empty_but_whole(tmp_path):
    suites = parsed(junit(gate(tmp_path)))

    assert [(suite.get("tests"), len(suite)) for suite in suites] == [("0", 0), ("0", 0)]


@pytest.mark.parametrize(
    "nasty",
    [
        "</failure><script>alert(1)</script>",
        "<![CDATA[ & ]]> \" ' &amp; &#x1b;",
        "[red]not red[/red]",
        "\x1b[31mred\x1b[0m \x00 \x07 \x08 \x1b]0;title\x07",
        "\ufffe \uffff",
        "half a letter: \ud800",
        "é ✓ 😀",
    ],
)
def test_what_causes_hold_stays_inert_in_junit(tmp_path, nasty):
    bad = outcome("failed", nasty, detail=nasty)
    text = junit(gate(tmp_path, told(outcome("passed")), told(bad)))

    [_, [[failure]]] = parsed(text)
    assert len(failure) == 0
    assert failure.tag == "failure"
    for shown in (failure.get("message"), failure.text):
        assert not set(shown) & set("\x00\x07\x08\x1b")
        assert "".join(letter for letter in nasty if letter.isalnum() and letter.isascii()) in "".join(
            letter for letter in shown if letter.isalnum() and letter.isascii()
        )


def test_a_parametrized_scenario_with_markup_in_its_id_keeps_its_name(tmp_path):
    odd = f"{TWO}[<a> & [b]::c]"
    [suite, _] = parsed(junit(gate(tmp_path, told(outcome("passed", scenario=odd)))))

    assert f"{suite[0].get('file')}::{suite[0].get('name')}" == odd


def test_lines_of_a_report_stay_lines(tmp_path):
    bad = outcome("failed", "cause", detail="first\n\tsecond")
    [_, [[failure]]] = parsed(junit(gate(tmp_path, told(outcome("passed")), told(bad))))

    assert failure.text == "first\n\tsecond"
