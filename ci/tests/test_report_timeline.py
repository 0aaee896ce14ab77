"""Histories as swim lanes."""

from itertools import pairwise

import pytest

from ci.report.history import History, Record, followed, histories
from ci.report.lanes import LABELS, WIDTH, picture
from ci.report.turns import Turn, turns
from ci.run_folder import RunFolder
from ci.tests.report_runs import HOSTILE, life, line, with_history


@pytest.fixture
def read(tmp_path):
    """The one history of a run in which these lines were written."""

    def read(*lines: dict):
        [history] = histories(with_history(RunFolder(tmp_path), *lines).path)
        return history

    return read


def test_times_count_from_the_first_record_whatever_order_they_were_written_in(read):
    history = read(*reversed(life("a", 5)), line("moment", 2, detail="before"))

    assert [round(one.at, 2) for one in history.records[:3]] == [0, 3, 3.01]
    assert (history.title, round(history.seconds, 2)) == ("upgrade/history.jsonl", 3.26)


def test_lines_that_are_cut_off_or_no_records_are_left_out(tmp_path):
    run = with_history(RunFolder(tmp_path), *life("a", 0))
    with (run.path / "upgrade" / "history.jsonl").open("a") as file:
        file.write('[]\n{"kind": "fault"}\n{"kind": "fault", "monotonic": NaN}\n{"kind": "attem')

    [history] = histories(run.path)
    assert len(history.records) == 6


def test_a_run_without_records_has_no_history(tmp_path):
    assert list(histories(with_history(RunFolder(tmp_path)).path)) == []


def test_an_event_is_followed_that_lived_through_a_fault_and_has_a_row(read):
    lost = [one for one in life("lost", 3, 9) if one["kind"] != "effect"]
    history = read(*life("quick", 1), *lost, line("fault", 3.5, detail="REDIS_RESTART"), *life("slow", 3, 2))

    assert {one.event for one in followed(history)} == {"slow"}


def test_without_events_nothing_is_followed(read):
    history = read(line("fault", 1, detail="REDIS_RESTART"))

    assert followed(history) == []
    assert (picture(history).path, picture(history).steps) == ([], [])


def test_every_process_has_its_lane_and_parts_that_did_nothing_have_none(read):
    more = [
        line("attempted", 1, "old-beat", "b"),
        line("received", 2, "new-worker", "b"),
        line("acked", 1, "shell", "c"),
    ]

    assert lanes_of(read(*life("a", 0))) == ["web-1", "Redis", "worker-1", "rows"]
    assert lanes_of(read(*life("a", 0), *more)) == [
        *["old-beat", "web-1", "shell"],
        *["Redis", "worker-1", "new-worker", "rows"],
    ]


def test_many_processes_of_a_role_share_a_lane(read):
    many = [line("received", number, f"worker-{number}", "a") for number in range(9)]

    assert lanes_of(read(*life("a", 0), *many)) == ["web-1", "Redis", "worker", "rows"]


def test_long_names_of_processes_are_cut(read):
    assert lanes_of(read(line("attempted", 0, HOSTILE, "a")))[0] == f"{HOSTILE[:17]}…"


def test_the_line_of_an_event_waits_in_redis_between_being_sent_and_received(read):
    drawn = picture(read(*life("a", 0, 2), line("moment", 4, detail="after")))
    heights = dict(drawn.lanes)

    assert [y for _, y in drawn.path] == [
        *[heights["web-1"]] * 2,
        *[heights["Redis"]] * 2,
        *[heights["worker-1"]] * 2,
        heights["rows"],
        heights["worker-1"],
    ]
    waited = drawn.path[3][0] - drawn.path[2][0]
    assert waited == pytest.approx((WIDTH - LABELS) * 2 / 4, rel=0.05)


def test_everything_is_drawn_inside_the_picture(read):
    history = read(line("moment", 0, detail="before"), *life("a", 0), *life("b", 7, 3), line("fault", 9, detail="x"))
    drawn = picture(history)
    places = [x for one in drawn.strokes for x in one.places] + [x for x, _ in drawn.ticks]
    edges = [edge for turn in drawn.turns for edge in (turn.x, turn.x + turn.width)]

    assert all(LABELS <= x <= WIDTH for x in places + edges)
    assert 2 <= len(drawn.ticks) <= 9


def test_records_on_one_spot_are_one_mark(read):
    many = (line("attempted", number / 1000, "web-1", f"e{number}") for number in range(500))
    drawn = picture(read(*many, *life("z", 900)))

    assert sum(len(one.places) for one in drawn.strokes) < 10
    assert dict(drawn.counts)["attempted"] == 501


def test_what_went_wrong_looks_otherwise_than_what_went_well(read):
    drawn = picture(read(*life("a", 0), line("refused", 1, "web-1", "b"), line("failed", 2, "worker-1", "c")))

    assert {(one.y, one.look) for one in drawn.strokes} == {
        (dict(drawn.lanes)["web-1"], "good"),
        (dict(drawn.lanes)["web-1"], "bad"),
        (dict(drawn.lanes)["worker-1"], "good"),
        (dict(drawn.lanes)["worker-1"], "bad"),
        (dict(drawn.lanes)["rows"], "effect"),
    }


def test_a_single_record_is_drawn_too(read):
    assert len(picture(read(line("attempted", 5, "web-1", "a"))).strokes) == 1


def faults(*spans: tuple[float, float], name: str = "REDIS_RESTART") -> list[Record]:
    """The records of faults that begin and end."""
    words = [(begin, f"{name} begins", end) for begin, end in spans]
    return [
        one
        for begin, first, end in words
        for one in (
            Record("fault", "", begin, "harness", "", first),
            Record("fault", "", end, "harness", "", f"{name} ends"),
        )
    ]


def test_a_fault_reaches_from_its_beginning_to_its_own_end():
    found = turns(faults((100, 130), (300, 350)), lambda at: at, 1000)

    assert [(one.x, one.width, one.name) for one in found] == [(100, 30, "REDIS_RESTART"), (300, 50, "REDIS_RESTART")]


def test_a_fault_that_never_ends_and_a_moment_are_lines():
    records = [*faults((100, 130))[:1], Record("moment", "", 200, "harness", "", "web_first")]

    assert [(one.width, one.name) for one in turns(records, lambda at: at, 1000)] == [
        (0, "REDIS_RESTART"),
        (0, "web_first"),
    ]


def test_names_of_faults_do_not_cover_one_another_and_the_last_does_not_leave_the_picture():
    found = turns(faults(*((at, at + 2) for at in range(100, 1000, 10))), lambda at: at, 1000)
    named = [one for one in found if one.name]

    assert len(found) == 90
    assert {one.row for one in named} == {0, 1, 2}
    for row in range(3):
        spans = [span(one) for one in named if one.row == row]
        assert all(before[1] <= after[0] for before, after in pairwise(spans))
        assert spans[-1][1] <= 1000


def span(turn: Turn) -> tuple[float, float]:
    """Where a turn's name begins and ends, at eight units a letter."""
    length = 8 * len(turn.name)
    return (turn.x - length, turn.x) if turn.left else (turn.x, turn.x + length)


def lanes_of(history: History) -> list[str]:
    """The names of the lanes from top to bottom."""
    return [name for name, _ in picture(history).lanes]
