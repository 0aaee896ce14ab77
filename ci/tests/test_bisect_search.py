"""Delta debugging and binary search, on made-up resolvers and oracles."""

from hypothesis import given
from hypothesis import strategies as st

from ci.bisect.boundary import Boundary, boundary
from ci.bisect.smallest import smallest

PARTS = [f"p{number}" for number in range(12)]
SETS = st.frozensets(st.sampled_from(PARTS), min_size=1, max_size=4)


def alone(asked):
    """A resolver to which nothing depends on anything."""
    return frozenset(asked)


@given(SETS)
def test_the_parts_that_are_needed_together_are_found_and_no_other(needed):
    assert set(smallest(PARTS, alone, lambda asked: needed <= set(asked))) == needed


@given(st.sampled_from(PARTS))
def test_one_part_of_twelve_takes_few_tries(culprit):
    tries = []
    smallest(PARTS, alone, lambda asked: tries.append(asked) or culprit in asked)

    assert len(tries) <= 8


@given(SETS, SETS)
def test_what_is_found_suffices_and_is_minimal_even_where_sets_do_not_resolve(needed, tied):
    def complete(asked):
        return None if tied & set(asked) and not tied <= set(asked) else frozenset(asked)

    found = smallest(PARTS, complete, lambda asked: needed <= set(asked))

    assert needed <= set(found)
    for one in found:
        fewer = complete([other for other in found if other != one])
        assert fewer is None or not needed <= fewer


@given(st.sampled_from(PARTS), st.dictionaries(st.sampled_from(PARTS), SETS, max_size=4))
def test_what_comes_along_is_left_out_where_it_can_be(culprit, drags):
    def complete(asked):
        moved = set(asked)
        while more := {other for one in moved for other in drags.get(one, ())} - moved:
            moved |= more
        return frozenset(moved)

    found = smallest(PARTS, complete, lambda asked: culprit in complete(asked))

    assert set(found) == complete([culprit])


@given(st.sets(st.frozensets(st.sampled_from(PARTS[:5]))))
def test_nothing_can_be_left_out_of_what_is_found_even_where_more_is_sometimes_less(enough):
    found = smallest(PARTS[:5], alone, lambda asked: frozenset(asked) in enough)

    assert found == PARTS[:5] or frozenset(found) in enough
    assert all(frozenset(found) - {one} not in enough for one in found if len(found) > 1)


def test_a_set_of_which_nothing_can_be_told_is_no_answer():
    assert smallest(["a", "b"], alone, lambda _: None) == ["a", "b"]


def test_a_set_that_completes_to_all_is_not_tried():
    tries = []

    assert smallest(["a", "b"], lambda _: frozenset("ab"), tries.append) == ["a", "b"]
    assert tries == []


ROWS = st.integers(0, 30)


@given(st.data())
def test_the_boundary_is_found_and_only_silent_places_lie_within(data):
    length = data.draw(ROWS)
    first = data.draw(st.integers(0, length))
    silent = data.draw(st.sets(st.integers(0, length)))
    row, asked = [str(number) for number in range(length)], []

    def answer(one):
        asked.append(one)
        return None if int(one) in silent else int(one) >= first

    found = boundary(row, answer)

    assert found.before < first <= found.after
    assert set(found.untold) <= silent
    # A neighbour of a silent place is off the middle, which may cost one more (tried on every row of up to ten places).
    assert len(asked) == len(set(asked)) <= length.bit_length() + len(silent) + bool(silent)


def test_an_empty_row_needs_no_question():
    assert boundary([], lambda _: 1 / 0) == Boundary(-1, 0)
