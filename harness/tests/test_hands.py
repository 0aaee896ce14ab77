"""What workers have in their hands, told from a history."""

from dataclasses import replace

from harness.checkers.hands import TICK, all_taken, at_rest, at_work, takers
from harness.history.record import Kind, Record


def seen(kind: Kind, event: str, process: str = "worker-1") -> Record:
    """A record of a worker."""
    return Record(kind, event, process=process)


def test_who_received_an_event_has_taken_it_and_what_beat_sends_does_not_count():
    assert takers([seen(Kind.RECEIVED, "a"), seen(Kind.RECEIVED, TICK, "worker-2")]) == {"worker-1"}


def test_all_is_taken_when_nothing_accepted_is_left_and_what_was_refused_does_not_count():
    waiting = [seen(Kind.ACKED, "a"), seen(Kind.ACKED, "b"), seen(Kind.REFUSED, "c"), seen(Kind.RECEIVED, "a")]
    assert not all_taken(waiting)
    assert all_taken([*waiting, seen(Kind.RECEIVED, "b")])


def test_what_is_left_in_the_queue_by_full_hands_is_not_being_handed_over_but_one_alone_may_be():
    history = [seen(Kind.ACKED, "a"), seen(Kind.RECEIVED, "a"), seen(Kind.ACKED, "b")]
    assert at_rest(history[:2], [])
    assert not at_rest(history, [])
    assert not at_rest(history, ["b"])
    assert at_rest(history, ["b", TICK])


def test_a_process_is_at_work_from_the_start_of_an_event_to_its_end_even_if_it_is_what_beat_sends():
    begun = [replace(seen(Kind.STARTED, "a"), pid=1), replace(seen(Kind.STARTED, TICK, "worker-2"), pid=2)]
    assert at_work(begun) == {1, 2}
    assert at_work(begun, "worker-2") == {2}
    assert at_work([*begun, replace(seen(Kind.ENDED, "a"), pid=1)]) == {2}


def test_the_end_of_one_event_is_not_that_of_the_next():
    ended = [seen(Kind.STARTED, TICK), seen(Kind.SUCCEEDED, TICK), seen(Kind.ENDED, TICK)]
    assert at_work(ended) == set()
    assert at_work([*ended, seen(Kind.STARTED, TICK)]) == {ended[0].pid}
