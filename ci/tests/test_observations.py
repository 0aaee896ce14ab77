"""What changed among recorded facts, in words."""

from dataclasses import replace

import pytest

from ci.observations import between, differences, summary
from ci.tests.helpers import ONE, TWO, outcome

SETTING = "worker_cancel_long_running_tasks_on_connection_loss"


def recorded(result: str = "passed", scenario: str = ONE, **observations):
    """An outcome that recorded this."""
    return replace(outcome(result, scenario=scenario), observations=observations)


def words(old, new, name: str = "fact") -> list[str]:
    """What is said when a fact goes from one value to another."""
    return [one.words for one in between(recorded(**{name: old}), recorded(**{name: new}))]


def test_a_changed_default_is_named_with_both_values():
    [one] = between(recorded(configuration={SETTING: False}), recorded(configuration={SETTING: True}))

    assert one.words == f"`{SETTING}`: False → True"
    assert (one.group, one.address) == ("configuration", f"configuration.{SETTING}")


def test_figures_are_for_their_own_table_and_no_change():
    assert words({"acked": 1}, {"acked": 2}, "figures") == words(1, 2, "figures: acked") == []


@pytest.mark.parametrize("value", [None, False, 0, 1.5, "text", [], ["a"], [1, [2]], {"a": {"b": [1]}}])
def test_what_is_equal_is_no_difference(value):
    assert words(value, value) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ({"a": 1}, {}, "`a`: 1 → absent"),
        ({}, {"a": None}, "`a`: absent → None"),
        ({"a": {"b": 1}}, {"a": {"b": "1"}}, "`a.b`: 1 → '1'"),
        ([[1], {}], [[2], {}], "`0.0`: 1 → 2"),
        ([1], [1, 2], "`fact`: [1] → [1, 2]"),
        (0, False, "`fact`: 0 → False"),
        (["-A"], ["-A", "--new"], "`fact`: new: --new"),
        (["once", "once"], ["once"], "`fact`: gone: once"),
    ],
)
def test_each_kind_of_change_has_its_words(old, new, said):
    assert words(old, new) == [said]


def test_the_order_of_texts_is_no_difference():
    assert words(["a", "b"], ["b", "a"]) == []


def test_a_long_value_is_cut():
    [said] = words("x" * 1000, "y")

    assert len(said) < 200
    assert said.endswith("… → 'y'")


@pytest.mark.parametrize(
    ("name", "old", "new", "differs"),
    [
        ("start-up seconds", 2.0, 5.0, False),
        ("start-up seconds", 2.0, 5.1, True),
        ("start-up seconds", 10.0, 20.0, False),
        ("start-up seconds", 10.0, 20.1, True),
        ("memory bytes", 100e6, 110e6, False),
        ("memory bytes", 100e6, 121e6, True),
        ("memory bytes", 121e6, 100e6, True),
        ("memory bytes", 1e6, 10e6, False),
        ("messages", 1, 2, True),
    ],
)
def test_a_measure_differs_beyond_noise_only_and_a_count_always(name, old, new, differs):
    assert bool(words(old, new, name)) is differs


def test_the_unit_may_be_a_key_inside():
    assert words({"worker seconds": 2.0}, {"worker seconds": 2.2}, "start-up") == []


def test_volatile_parts_are_no_difference_but_instants_on_a_set_clock_are():
    first, second = ["2026-03-29T01:30:00+00:00"], ["2026-03-29T02:30:00+00:00"]

    assert words(first, second, "message") == []
    assert len(words(first, second, "firings: in spring")) == 2


def test_what_a_failed_scenario_did_not_record_is_no_difference():
    assert list(between(recorded(a=1, b=1), recorded("failed", a=2))) != []
    assert [one.address for one in between(recorded(a=1, b=1), recorded("failed", a=2))] == ["a"]
    assert [one.address for one in between(recorded(a=1, b=1), recorded(a=1))] == ["b"]


def test_scenarios_of_one_stack_only_are_left_out_and_groups_come_together():
    old = {ONE: recorded(b=1, a=1), TWO: recorded(scenario=TWO, a=1)}
    new = {ONE: recorded(b=2, a=2), TWO: recorded(scenario=TWO, a=3)}

    assert [one.group for one in differences(old, new)] == ["a", "a", "b"]
    assert differences(old, {}) == []


def test_a_change_seen_on_several_subjects_is_said_once():
    old = recorded(**{"message: plain": {"stamps": 1}, "message: with ETA": {"stamps": 1}})
    new = recorded(**{"message: plain": {"stamps": 2}, "message: with ETA": {"stamps": 2}})

    assert summary(differences({ONE: old}, {ONE: new})) == {"message": ["`stamps`: 1 → 2 (plain, with ETA)"]}
