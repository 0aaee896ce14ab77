"""Greedy set cover within a budget."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from ci.cover import Offer, cover

OFFERS = {
    "cheap": Offer({"a", "b"}, 1.0),
    "dear": Offer({"a", "b", "c"}, 10.0),
    "third": Offer({"c"}, 2.0),
    "useless": Offer(frozenset(), 0.1),
}


def test_what_covers_most_for_its_cost_comes_first_and_nothing_is_taken_that_adds_nothing():
    assert cover(OFFERS, 100, "abc") == ["cheap", "third"]


def test_what_does_not_fit_into_the_budget_is_passed_over_for_what_does():
    assert cover(OFFERS, 2.5, "abc") == ["cheap"]
    assert cover({"dear": OFFERS["dear"], "third": OFFERS["third"]}, 9, "abc") == ["third"]
    assert cover(OFFERS, 0.5, "abc") == []


def test_only_what_is_wanted_counts():
    assert cover(OFFERS, 100, "c") == ["third"]
    assert cover(OFFERS, 100, "z") == []


def test_equals_are_taken_in_the_order_of_their_names():
    offers = {name: Offer({"a"}, 1.0) for name in "zyx"}

    assert cover(offers, 100, "a") == ["x"]


offers = st.dictionaries(
    st.sampled_from("pqrst"),
    st.builds(Offer, st.frozensets(st.sampled_from("abcd")), st.floats(0.1, 10)),
)


@given(offers, st.floats(0, 30))
def test_the_budget_is_kept_and_all_is_covered_when_there_is_enough(some, budget):
    taken = cover(some, budget, "abcd")
    covered = {one for name in taken for one in some[name].covers}

    assert sum(some[name].cost for name in taken) <= budget + 1e-9
    assert len(set(taken)) == len(taken)
    if budget >= sum(one.cost for one in some.values()):
        assert covered == {one for offer in some.values() for one in offer.covers}


def test_where_it_is_easy_to_see_no_cheaper_set_covers_as_much():
    taken = cover(OFFERS, 100, "abc")
    cheapest = min(
        sum(OFFERS[name].cost for name in some)
        for length in range(1, 4)
        for some in combinations(OFFERS, length)
        if {"a", "b", "c"} <= {one for name in some for one in OFFERS[name].covers}
    )
    assert sum(OFFERS[name].cost for name in taken) == cheapest
