"""Work flows that are half done when the version changes: their parts run on both and add up."""

import pytest

from harness.waiting import wait_until


def ended(pair, kind):
    """What the maker is told of a work flow whose parts run on both sides and whose end runs on the finisher's."""
    sent = pair.maker.call("canvas", kind=kind, first=pair.maker.name, second=pair.finisher.name)
    return pair.maker.call("outcome", id=sent)


def test_a_chain_goes_back_and_forth(pair):
    told = ended(pair, "chain")
    first, second = pair.maker.name, pair.finisher.name
    assert (told["state"], told["value"]["path"]) == ("SUCCESS", [first, second, first, second])


@pytest.mark.parametrize("kind", ["chord", "group in a chain"])
def test_parts_that_ran_on_both_are_joined(pair, kind):
    told = ended(pair, kind)
    assert (told["state"], told["value"]["side"]) == ("SUCCESS", pair.finisher.name)
    assert told["value"]["parts"] == ["new", "old"]


def test_a_chord_whose_part_fails_on_one_fails_on_the_other(pair):
    told = ended(pair, "chord whose part fails")
    assert (told["state"], told["error"][1]) == ("FAILURE", "ChordError")


def test_a_link_is_followed_on_the_other(pair):
    before = len(pair.maker.notes("linked"))
    sent = pair.maker.call("send_with_links", first=pair.maker.name, second=pair.finisher.name)
    assert pair.maker.call("outcome", id=sent)["value"]["side"] == pair.maker.name
    assert new_note(pair, "linked", before)["side"] == pair.finisher.name


def test_an_error_link_is_followed_on_the_other(pair):
    before = len(pair.maker.notes("linked on error"))
    sent = pair.maker.call("send_failing_with_links", first=pair.maker.name, second=pair.finisher.name)
    assert pair.maker.call("outcome", id=sent)["error"][1] == "OrderError"
    assert new_note(pair, "linked on error", before)


def new_note(pair, word, before):
    """The note that comes after those that are there already."""
    return wait_until(lambda: pair.maker.notes(word)[before:], 30, f"a task notes {word!r}")[0]
