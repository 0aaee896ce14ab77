"""Histories as swim lanes."""

import pytest

from ci.report.history import followed, histories
from ci.report.lanes import LABELS, WIDTH, picture
from ci.run_folder import RunFolder
from ci.tests.report_runs import life, line, with_history


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


def test_every_part_has_its_lane_and_parts_that_did_nothing_have_none(read):
    drawn = picture(read(*life("a", 0), line("attempted", 1, "beat-1", "b")))

    assert [name for name, _ in drawn.lanes] == ["beat", "web", "Redis", "worker", "rows"]
    assert [name for name, _ in picture(read(*life("a", 0))).lanes] == ["web", "Redis", "worker", "rows"]
    assert "producer" in dict(picture(read(line("attempted", 1, "loop-1", "b"))).lanes)


def test_the_line_of_an_event_waits_in_redis_between_being_sent_and_received(read):
    drawn = picture(read(*life("a", 0, 2), line("moment", 4, detail="after")))
    heights = dict(drawn.lanes)

    assert [y for _, y in drawn.path] == [
        *[heights["web"]] * 2,
        *[heights["Redis"]] * 2,
        *[heights["worker"]] * 2,
        heights["rows"],
        heights["worker"],
    ]
    waited = drawn.path[3][0] - drawn.path[2][0]
    assert waited == pytest.approx((WIDTH - LABELS) * 2 / 4, rel=0.05)


def test_everything_is_drawn_inside_the_picture(read):
    drawn = picture(
        read(line("moment", 0, detail="before"), *life("a", 0), *life("b", 7, 3), line("fault", 9, detail="x"))
    )
    places = [mark.x for mark in drawn.marks] + [turn.x for turn in drawn.turns] + [x for x, _ in drawn.ticks]

    assert all(LABELS <= x <= WIDTH for x in places)
    assert 2 <= len(drawn.ticks) <= 9


def test_records_on_one_spot_are_one_mark_that_tells_how_many(read):
    drawn = picture(
        read(*(line("attempted", number / 1000, "web-1", f"e{number}") for number in range(500)), *life("z", 900))
    )

    assert drawn.marks[0].words.startswith("0.00 s: 500 attempted")
    assert len(drawn.marks) < 10


def test_a_single_record_is_drawn_too(read):
    assert len(picture(read(line("attempted", 5, "web-1", "a"))).marks) == 1
