"""The search for who did it, where sets do not start, fail otherwise, or hide which part is needed."""

from dataclasses import replace

import pytest

from ci.bisect.search import Search
from ci.bisect.words import sentences
from ci.tests.orchard import NEW, OLD, Made, has, plant, trials
from harness.reaper import Reaper


@pytest.fixture
def search(tmp_path, monkeypatch):
    """Searches from `old` to `new` with an oracle that fails as it is told."""
    with Reaper() as reaper:
        store = plant(tmp_path, monkeypatch, reaper)

        def search(fails, ends=("old", "new"), oracle=Made):
            return Search(trials(store, oracle(fails), tmp_path / "run", ends=ends)).run()

        yield search


# Which parts are needed -----------------------------------------------------------------------------------------------


def test_the_release_is_searched_with_what_may_be_needed_as_well(search):
    def fails(pins):
        if has(pins, "leaf", "2.0"):
            return "no" if pins["core"] >= "1.1" else ""
        return "start: no" if pins["core"] >= "2" else ""

    found = search(fails)

    assert [(one.part, one.before, one.at) for one in found.culprits] == [("core", "1.0", "1.1")]
    assert (found.unclear, found.versions) == (("leaf",), {"core": "1.1", "leaf": "2.0"})
    assert "Whether leaf is needed as well could not be learnt: it moved in each of these sets." in sentences(found, [])


def test_where_the_culprits_alone_do_not_do_it_what_comes_along_is_held_too(search, monkeypatch):
    monkeypatch.setattr("ci.bisect.search.smallest", lambda *_: ["core", "leaf"])
    monkeypatch.setattr(Search, "_role", lambda _, part, __: "needed" if part == "leaf" else "along")
    found = search(lambda pins: "no" if has(pins, "leaf", "2.0") and has(pins, "core", "3.0") else "")

    assert [(one.part, one.before, one.at) for one in found.culprits] == [("leaf", "1.5", "2.0")]
    assert found.versions == {"leaf": "2.0", "core": "3.0"}


def test_a_set_that_does_not_behave_like_the_other_end_is_not_searched_for_its_release(search, monkeypatch):
    monkeypatch.setattr("ci.bisect.search.smallest", lambda *_: ["core", "leaf"])
    found = search(lambda pins: "no" if has(pins, "seed", "2.0") else "")

    assert not found.culprits
    words = sentences(found, [])
    assert words[0] == "It could not be narrowed down further than to core and leaf."
    assert words[1].startswith("with just these moved, it is not as on new: ")


def test_a_part_without_which_it_is_so_as_well_is_not_named(search, monkeypatch):
    monkeypatch.setattr("ci.bisect.search.smallest", lambda *_: ["core", "leaf"])
    found = search(lambda pins: "no" if has(pins, "leaf", "2.0") else "")

    assert [one.part for one in found.culprits] == ["leaf"]
    assert (found.along, found.unclear) == ((), ())


# Another thing is wrong -----------------------------------------------------------------------------------------------


def test_a_set_that_fails_for_another_cause_is_not_taken_for_the_failure(search):
    found = search(lambda pins: "no" if has(pins, "core", "3.0") else "odd" if has(pins, "core", "2.1", "2.0") else "")

    [culprit] = found.culprits
    assert (culprit.before, culprit.at, set(culprit.untold)) == ("2.0rc1", "3.0", {"2.0", "2.1"})
    assert "2.1: another thing is wrong with it: fails, 2 of 2 rounds: odd" in sentences(found, [])[1]


def test_the_same_cause_with_other_numbers_is_the_same(search):
    found = search(lambda pins: f"exit {pins['core'][0]} of pid 17" if pins["core"] >= "1.1" else "")

    assert [(one.before, one.at) for one in found.culprits] == [("1.0", "1.1")]


def test_each_cause_that_the_failing_end_has_is_its_own(search):
    turns = iter(["first", "second"])

    def fails(pins):
        if pins == NEW:
            return next(turns)
        return "second" if has(pins, "core", "2.1", "3.0") else ""

    assert [(one.part, one.before, one.at) for one in search(fails).culprits] == [("core", "2.0", "2.1")]


def test_where_other_causes_hide_the_answer_it_is_said_that_and_why(search):
    found = search(lambda pins: "no" if pins == NEW else "" if pins == OLD else f"odd {sorted(pins)}")

    assert not found.culprits
    words = sentences(found, [])
    assert words[0].startswith("It could not be narrowed down further than to ")
    assert "another thing is wrong with it: fails, 2 of 2 rounds: odd" in words[1]


class Several(Made):
    """An oracle of several scenarios that tells of the first that fails: each has a cause of its own."""

    def outcomes(self, stacks, folder):
        """See Oracle.outcomes."""
        return [replace(one, scenario=one.cause or one.scenario) for one in super().outcomes(stacks, folder)]


def test_of_several_scenarios_one_that_is_only_seen_once_another_is_cured_is_no_other_cause(search):
    found = search(
        lambda pins: "one" if has(pins, "leaf", "2.0") else "two" if has(pins, "seed", "2.0") else "",
        ends=("new", "old"),
        oracle=Several,
    )

    assert {(one.part, one.at) for one in found.culprits} == {("leaf", "1.5"), ("seed", "1.0")}
