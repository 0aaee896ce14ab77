"""What workers have in their hands, told from a history."""

from harness.checkers.hands import TICK, all_taken, at_rest, in_the_middle, takers
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


def test_an_event_is_in_the_middle_from_its_start_to_any_ending():
    begun = [seen(Kind.STARTED, "a"), seen(Kind.STARTED, "b", "worker-2"), seen(Kind.STARTED, TICK)]
    assert in_the_middle(begun) == {"a", "b"}
    assert in_the_middle([*begun, seen(Kind.FAILED, "a")]) == {"b"}


def test_what_another_process_is_in_the_middle_of_is_not_this_ones():
    begun = [seen(Kind.STARTED, "a"), seen(Kind.STARTED, "b", "worker-2")]
    assert in_the_middle(begun, "worker-2") == {"b"}
    assert in_the_middle([*begun, seen(Kind.ENDED, "b")], "worker-2") == {"b"}
