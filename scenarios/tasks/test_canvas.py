"""Tasks put together: what each part gives reaches the next one, and the whole gives one result."""

import uuid

import extra_tasks
import pytest
from celery import chain, chord, group
from celery.exceptions import ChordError
from celery.result import GroupResult

SECONDS = 20
HERE = {"queue": extra_tasks.QUEUE}  # Celery's own tasks (celery.map ...) are routed to the plan's worker
pytestmark = pytest.mark.usefixtures("extra_worker")


def echoed(*args):
    return [list(args), {}]


def test_a_map_gives_a_list_out_of_one_message():
    assert extra_tasks.note.map([1, 2, 3]).apply_async(**HERE).get(timeout=SECONDS) == [1, 2, 3]


def test_a_starmap_spreads_each_item_over_the_arguments():
    result = extra_tasks.echo.starmap([(1, 2), (3, 4)]).apply_async(**HERE)
    assert result.get(timeout=SECONDS) == [echoed(1, 2), echoed(3, 4)]


def test_chunks_give_the_results_in_order_so_many_in_each():
    result = extra_tasks.note.chunks(((number,) for number in range(5)), 2).apply_async(**HERE)
    assert result.get(timeout=SECONDS) == [[0, 1], [2, 3], [4]]


def test_a_group_in_the_middle_of_a_chain_gets_what_came_before_and_is_joined_for_what_comes_after():
    whole = chain(extra_tasks.note.s(1), group(extra_tasks.echo.s(2), extra_tasks.echo.s(3)), extra_tasks.note.s())
    assert whole().get(timeout=SECONDS) == [echoed(1, 2), echoed(1, 3)]


def test_a_group_of_chains_gives_what_each_chain_ends_with():
    whole = group(chain(extra_tasks.note.s(number), extra_tasks.echo.s("end")) for number in range(3))
    assert whole().get(timeout=SECONDS) == [echoed(number, "end") for number in range(3)]


def test_a_chord_within_a_chord_is_joined_first():
    inner = chord([extra_tasks.note.s(1), extra_tasks.note.s(2)], extra_tasks.note.s())
    whole = chord([inner, extra_tasks.note.s(3)], extra_tasks.note.s())
    assert whole().get(timeout=SECONDS) == [[1, 2], 3]


def test_a_chord_whose_part_fails_is_a_failure_and_its_body_never_runs(trace):
    word = str(uuid.uuid4())
    result = chord([extra_tasks.note.s(1), extra_tasks.fail.s("no")], extra_tasks.note.si(word))()
    error = result.get(timeout=SECONDS, propagate=False)
    assert isinstance(error, ChordError)
    assert "ValueError('no')" in str(error)
    extra_tasks.note.delay("after the chord").get(timeout=SECONDS)  # a body that was sent was sent before this
    assert trace.lines(what="ran", word=word) == []


def test_a_group_whose_part_fails_raises_that_and_the_others_are_there():
    result = group(extra_tasks.note.s(1), extra_tasks.fail.s("no"), extra_tasks.note.s(3))()
    with pytest.raises(ValueError, match=r"^no$"):
        result.get(timeout=SECONDS)
    first, error, last = result.get(timeout=SECONDS, propagate=False)
    assert (first, str(error), last) == (1, "no", 3)
    assert (result.ready(), result.successful(), result.failed()) == (True, False, True)
    assert result.completed_count() == 2


def test_a_group_that_is_saved_is_found_again_by_its_id():
    """Once it is done: two objects for the same results at a time is what Celery does not promise."""
    result = group(extra_tasks.note.s(number) for number in range(3))()
    result.save()
    assert result.get(timeout=SECONDS) == [0, 1, 2]
    found = GroupResult.restore(result.id)
    assert (found.get(timeout=SECONDS), found.successful()) == ([0, 1, 2], True)
    found.delete()
    assert GroupResult.restore(result.id) is None


def test_a_task_that_another_one_replaces_gives_what_that_gives():
    assert extra_tasks.hand_over.delay("instead").get(timeout=SECONDS) == "instead"


def test_a_task_that_is_replaced_within_a_chain_hands_on_what_the_other_one_gives():
    whole = chain(extra_tasks.note.s("a"), extra_tasks.hand_over.s(), extra_tasks.echo.s("b"))
    assert whole().get(timeout=SECONDS) == echoed("a", "b")


def test_the_parts_of_a_chain_know_the_first_one_and_the_one_before():
    result = chain(extra_tasks.note.s(1), extra_tasks.request.s())()
    told, first = result.get(timeout=SECONDS), result.parent.id
    assert (told["root_id"], told["parent_id"]) == (first, first)


def test_a_link_that_fails_leaves_the_result_of_the_task_alone(trace):
    result = extra_tasks.note.apply_async(("well",), link=extra_tasks.fail.si("in the link"))
    assert result.get(timeout=SECONDS) == "well"
    linked = result.children[0].id
    trace.wait(what="postrun", id=linked)
    assert result.state == "SUCCESS"
