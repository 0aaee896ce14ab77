"""The search for who did it, on packages made by hand and a made-up oracle."""

import gc
import json
from dataclasses import replace

import pytest

from ci.bisect.journal import Journal, resume
from ci.bisect.search import EndsDoNotDiffer, Search
from ci.bisect.words import as_data, sentences, upstream
from ci.run_folder import RunFolder
from ci.tests.orchard import NEW, Made, has, plant, trials
from harness.reaper import Reaper


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store of two stacks, `old` and `new`."""
    with Reaper() as reaper:
        yield plant(tmp_path, monkeypatch, reaper)


@pytest.fixture
def search(store, tmp_path):
    """Searches with an oracle that fails as it is told, between these ends."""

    def search(fails, ends=("old", "new"), times=2):
        return Search(trials(store, Made(fails), tmp_path / "run", times, ends)).run()

    return search


# The search -----------------------------------------------------------------------------------------------------------


def test_a_regression_is_found_down_to_its_release(search):
    found = search(lambda pins: "no" if has(pins, "core", "2.0rc1", "2.0", "2.1", "3.0") else "")

    [culprit] = found.culprits
    assert (culprit.part, culprit.before, culprit.at, found.along) == ("core", "1.2", "2.0rc1", ())
    assert not found.is_fix
    assert sentences(found, []) == ["core 1.2 → 2.0rc1 breaks it."]


def test_a_fix_is_found_down_to_its_release(search):
    found = search(lambda pins: "" if has(pins, "leaf", "1.5", "2.0") else "no")

    assert sentences(found, []) == ["leaf 1.0 → 1.5 fixes it."]


def test_a_downgrade_is_searched_downwards(search):
    found = search(lambda pins: "no" if has(pins, "core", "1.0", "1.1") else "", ("new", "old"))

    assert [(one.before, one.at) for one in found.culprits] == [("1.2", "1.1")]


def test_what_comes_along_with_the_culprit_is_told_apart_from_it(search):
    found = search(lambda pins: "no" if has(pins, "tree", "2.0") else "")

    assert sentences(found, []) == ["tree 1.0 → 2.0 breaks it.", "Moves with it: core and root."]


def test_of_two_that_only_move_together_the_one_that_brings_the_other_along_is_named(search):
    found = search(lambda pins: "no" if has(pins, "crown", "2.0") else "", ("tied", "free"))

    assert sentences(found, []) == ["crown 1.5 → 2.0 breaks it.", "Moves with it: core."]


def test_of_two_that_only_move_together_both_are_named_when_both_are_needed(search):
    found = search(
        lambda pins: "no" if has(pins, "core", "2.1", "3.0") and has(pins, "crown", "2.0") else "", ("tied", "free")
    )

    assert [(one.part, one.before, one.at) for one in found.culprits] == [
        ("core", "2.0", "2.1"),
        ("crown", "1.5", "2.0"),
    ]


def test_what_only_came_along_moves_no_further_than_it_has_to(store, tmp_path):
    made = Made(lambda pins: "no" if pins["core"] >= "2.0rc1" or pins["seed"] == "2.0" else "")
    search = Search(trials(store, made, tmp_path / "run", ends=("new", "old")))
    found = replace(search.run(), along=("core",), versions={"core": "1.0", "seed": "1.0"})

    assert search.least(found) == {"core": "1.2", "seed": "1.0"}


@pytest.mark.parametrize(("with_both", "else_", "effect"), [("no", "", "break"), ("", "no", "fix")])
def test_two_that_are_needed_together_are_both_named_with_their_releases(search, with_both, else_, effect):
    both = lambda pins: has(pins, "leaf", "2.0") and not has(pins, "core", "1.0", "1.1")  # noqa: E731
    found = search(lambda pins: with_both if both(pins) else else_)

    assert sentences(found, [])[0] == f"core 1.1 → 1.2 and leaf 1.5 → 2.0 together {effect} it."


def test_a_part_that_is_new_has_no_releases_between(search):
    found = search(lambda pins: "no" if "root" in pins else "")

    assert [(one.part, one.before, one.at) for one in found.culprits] == [("root", "", "1.0")]


def test_releases_of_which_nothing_could_be_learnt_are_named(search):
    found = search(
        lambda pins: {"1.2": "?", "2.0rc1": "start: no", "2.0": "no"}.get(pins["core"], "no" * (pins["core"] > "2"))
    )

    [culprit] = found.culprits
    assert (culprit.before, culprit.at, set(culprit.untold)) == ("1.1", "2.0", {"1.2", "2.0rc1"})
    assert sentences(found, [])[1].startswith("It is one of core 1.2, 2.0rc1 or 2.0: nothing could be learnt of 1.2: ")


def test_a_set_that_does_not_even_start_is_not_taken_for_the_failure(search):
    found = search(lambda pins: "no" if has(pins, "core", "3.0") else "start: no" if has(pins, "leaf", "2.0") else "")

    assert [one.part for one in found.culprits] == ["core"]


def test_a_failure_to_start_is_searched_for_like_any_other(search):
    found = search(lambda pins: "start: no module" if has(pins, "seed", "2.0") else "")

    assert [one.part for one in found.culprits] == ["seed"]


@pytest.mark.parametrize("fails", [lambda _: "", lambda _: "no", lambda _: "?"])
def test_ends_that_do_not_differ_are_said_not_to(search, fails):
    with pytest.raises(EndsDoNotDiffer, match="do not differ for certain"):
        search(fails)


def test_a_good_end_that_fails_once_is_noticed(search):
    turns = iter(range(100))

    with pytest.raises(EndsDoNotDiffer, match="1 of 2 rounds"):
        search(lambda pins: "no" if pins["core"] == "3.0" or next(turns) == 1 else "")


def test_one_failed_round_makes_a_set_fail_and_what_is_left_to_chance_is_said(search):
    turns = iter(range(100))
    found = search(lambda pins: "no" if has(pins, "core", "2.1", "3.0") and next(turns) % 2 else "")

    assert [one.at for one in found.culprits] == ["2.1"]
    assert found.remarks == ("the failing end fails in 1 of 2 rounds: a set like it passes 2 in 25%",)


# Going on where it was ------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """What a SIGKILL leaves no time for."""


class Mortal(Made):
    """An oracle during whose last try its process is killed."""

    def __init__(self, fails, tries):
        super().__init__(fails)
        self._tries = tries

    def outcomes(self, stacks, folder):
        """See Oracle.outcomes."""
        if not self._tries:
            folder.mkdir()
            raise Killed
        self._tries -= 1
        return super().outcomes(stacks, folder)


@pytest.mark.parametrize("tries", [0, 2, 5])
def test_a_search_that_was_killed_goes_on_and_asks_nothing_twice(store, tmp_path, tries):
    def fails(pins):
        return "no" if has(pins, "core", "2.1", "3.0") else ""

    whole, first, second = Made(fails), Mortal(fails, tries), Made(fails)
    Search(trials(store, whole, tmp_path / "whole")).run()
    with pytest.raises(Killed):
        Search(trials(store, first, tmp_path / "killed")).run()
    gc.collect()  # the killed one's journal is let go of
    again = trials(store, second, tmp_path / "killed")

    assert [one.at for one in Search(again).run().culprits] == ["2.1"]
    assert len(first.rounds) == 2 * tries
    assert first.rounds + second.rounds == whole.rounds
    assert again.rounds == len(whole.rounds)


def test_a_line_that_was_cut_off_is_forgotten(tmp_path):
    (tmp_path / "bisect.jsonl").write_text('{"asked": 1}\n{"tried": {"lo')
    journal = Journal(RunFolder(tmp_path), "bisect.jsonl")
    journal.add("set", 2)

    assert (tmp_path / "bisect.jsonl").read_text() == '{"asked": 1}\n{"set": 2}\n'
    assert (journal.lines("asked"), journal.lines("tried")) == ([1], [])


def test_the_same_question_goes_on_unless_it_was_answered_or_somebody_else_is_at_it(tmp_path):
    first = resume(tmp_path, "b.jsonl", {"q": 1})
    beside = resume(tmp_path, "b.jsonl", {"q": 1})
    first.close()
    again = resume(tmp_path, "b.jsonl", {"q": 1})
    other = resume(tmp_path, "b.jsonl", {"q": 2})
    again.add("answer", "x")
    again.close()
    anew = resume(tmp_path, "b.jsonl", {"q": 1})

    assert again.folder.name == first.folder.name
    assert len({one.folder.name for one in (first, beside, other, anew)}) == 4


# The answer -----------------------------------------------------------------------------------------------------------


def test_only_what_upstream_says_of_just_this_step_is_told(search):
    found = search(lambda pins: "no" if has(pins, "core", "2.0rc1", "2.0", "2.1", "3.0") else "")
    known = [("core>=2", "PR #1"), ("core>=3", "PR #2"), ("leaf>=2", "PR #3")]

    assert upstream(found, known) == ["PR #1"]


def test_the_answer_is_data(search):
    found = search(lambda pins: "no" if has(pins, "core", "3.0") else "")
    data = json.loads(json.dumps(as_data(found, [])))

    assert (data["effect"], data["cause"]) == ("regression", "no")
    assert data["culprits"][0]["seen"] == {
        "before": "core 1.0 → 2.1: passes, 2 of 2 rounds",
        "at": "core 1.0 → 3.0: fails, 2 of 2 rounds: no",
    }
    assert NEW["core"] == data["culprits"][0]["at"]
