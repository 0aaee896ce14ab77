"""The parts of a report, made of results alone."""

import pytest

from ci.report.answer import head
from ci.report.areas import areas, changes
from ci.report.cards import cards
from ci.report.facts import facts
from ci.report.reasons import reasons
from ci.report.steps import lines, logs_of_failed_step
from ci.report.versions import packages
from ci.tests.report_runs import HOSTILE, finished, stopped
from ci.verdict import Answer


@pytest.fixture
def run(tmp_path):
    return finished(tmp_path)


@pytest.fixture
def results(run):
    return run.read_results()


def test_the_head_says_what_blocks_in_a_sentence(results):
    top = head(results)

    assert top.meaning == "2 scenarios that pass on old fail on new, each time it was tried."
    assert [(side.name, side.celery, side.python) for side in top.sides] == [
        ("old", "5.3.6", "3.11.7"),
        ("new", "5.7.0", "3.11.7"),
    ]
    assert (top.begun, top.took) == ("2026-03-01 03:00 UTC", "1 min 16 s")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("SAFE", "What works on old works on new: 1 scenario passed on both, none got worse."),
        ("UNRESOLVABLE", "These versions cannot be installed together."),
        ("INCONCLUSIVE", "This run does not tell whether new is safe."),
    ],
)
def test_every_other_answer_has_its_own_sentence(results, answer, said):
    assert head({**results, "verdict": answer}).meaning == said


def test_settings_that_were_laid_over_are_told(results):
    told = head(
        {**results, "settings": {"task_acks_late": True, "broker_transport_options": {"visibility_timeout": 5}}}
    )

    assert told.settings == ["task_acks_late = true", 'broker_transport_options = {"visibility_timeout": 5}']
    assert head(results).settings == []


def test_what_is_accepted_comes_last_and_is_no_reason(results, run):
    first, second, *others = results["findings"]
    decided = {**results, "findings": [{**first, "accepted": "we live with it"}, second, *others]}
    found = cards(decided, run.path)

    assert (found[0].change, found[0].accepted) == ("regressed", "")
    assert (found[-1].change, found[-1].accepted) == ("regressed", "we live with it")
    assert [reason.link for reason in reasons("BLOCKED", [], found)] == [f"finding-{second['id']}"]
    assert head(decided).meaning == "1 scenario that passes on old fails on new, each time it was tried."


def test_safe_with_something_accepted_does_not_say_that_nothing_got_worse(results):
    accepted = [{**one, "accepted": "fine"} for one in results["findings"]]

    said = head({**results, "verdict": "SAFE", "findings": accepted}).meaning
    assert said.endswith("1 scenario passed on both, 2 differences accepted.")


def test_an_acceptance_that_lapsed_is_the_reason(results, run):
    lapsed = [{**one, "lapsed": "accepted until 2026-01-31"} for one in results["findings"]]

    [reason] = reasons("BLOCKED", [], cards({**results, "findings": lapsed}, run.path))
    assert reason.text == "accepted until 2026-01-31"


def test_findings_of_one_kind_and_cause_are_one_card_with_the_evidence_of_the_first(results, run):
    first, *others = cards(results, run.path)

    assert (first.change, first.title, len(first.items)) == ("regressed", "One, and 1 more scenario", 2)
    assert [(side.stack, list(side.results)) for side in first.rounds] == [
        ("old", ["passed", "passed"]),
        ("new", ["failed", "failed"]),
    ]
    assert first.stack == "new"
    assert first.failure.lines[-1] == f"E   {HOSTILE}"
    assert [(log.title, list(log.lines)) for log in first.logs] == [("candidate/worker-1.log", [HOSTILE])]
    assert [card.change for card in others] == ["fixed", "broken in both"]


def test_what_is_fixed_shows_how_the_baseline_failed(results, run):
    fixed = cards(results, run.path)[1]

    assert (fixed.change, fixed.stack, fixed.title) == ("fixed", "old", "Celery is fixed")


def test_what_fails_on_both_shows_how_the_candidate_failed(results, run):
    both = cards(results, run.path)[2]

    assert (both.change, both.stack) == ("broken in both", "new")


def test_behind_the_first_cards_evidence_is_left_out_and_the_replay_line_is_not(results, run, monkeypatch):
    monkeypatch.setattr("ci.report.cards.MOST_EVIDENCE", 0)
    first = cards(results, run.path)[0]

    assert (first.failure, first.logs) == (None, [])
    assert first.items[0].replay == f"./ci/preflight replay {run.name} {first.items[0].id}"


def test_what_blocks_is_linked_to_its_card(results, run):
    [reason] = reasons("BLOCKED", results["reasons"], cards(results, run.path))

    assert reason.title == "One, and 1 more scenario"
    assert reason.link == f"finding-{results['findings'][0]['id']}"


def test_any_other_answer_has_the_gates_own_reasons():
    assert [reason.text for reason in reasons("INCONCLUSIVE", ["flaky", "interrupted"], [])] == ["flaky", "interrupted"]


def test_areas_count_their_scenarios_and_add_up_their_times(results):
    found = {area.name: area for area in areas(results)}

    assert list(found) == ["audit", "schedule", "tasks"]
    assert found["schedule"].counts == {"fixed": 1, "broken in both": 1, "skipped": 1, "same": 1}
    assert found["audit"].seconds == [1.25, 1.5]
    assert next(iter(changes(results).items())) == ("regressed", 2)


def test_facts_are_told_once_with_all_that_they_were_seen_on(results):
    fact = facts(results)["configuration"][0]

    assert (fact.name, fact.words, fact.seen_on) == ("worker_prefetch_multiplier", "4 → 1", ["worker", "beat"])
    assert facts({}) == {}


def test_packages_that_moved_come_first_and_the_weightiest_of_them_at_the_top(results):
    old = {"python": "3.11.7", "pins": {"amqp": "5.9", "celery": "5.3.6", "six": "1.16", "gone": "1", "back": "2"}}
    new = {"python": "3.13.0", "pins": {"amqp": "5.10", "celery": "5.7.0", "six": "1.16", "new": "1", "back": "1"}}
    found = packages(
        {**results, "baseline": {**results["baseline"], **old}, "candidate": {**results["candidate"], **new}}
    )

    assert [(one.name, one.move) for one in found] == [
        ("Python", "up"),
        ("celery", "up"),
        ("amqp", "up"),
        ("back", "down"),
        ("gone", "gone"),
        ("new", "added"),
        ("six", ""),
    ]


def test_the_step_at_which_a_run_stopped_is_told_with_how_pytest_ended(tmp_path):
    run = stopped(tmp_path)
    plan = lines(run.read_results())

    assert [line.state for line in plan] == ["done", "failed", "not run"]
    assert [log.title for log in logs_of_failed_step(plan, run.path)] == ["baseline/pytest.log"]


def test_a_run_that_came_to_its_end_has_no_failed_step(results, run):
    plan = lines(results)

    assert {line.state for line in plan} == {"done"}
    assert max(line.share for line in plan) == 100
    assert logs_of_failed_step(plan, run.path) == []


def test_a_run_without_stacks_has_no_versions(tmp_path):
    results = stopped(tmp_path).read_results()

    assert packages(results) == []
    assert head(results).verdict == Answer.INCONCLUSIVE.name
