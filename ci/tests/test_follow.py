"""New lines of all logs of a folder."""

import pytest

from ci.follow import Follower


@pytest.fixture
def new(tmp_path):
    """What a follower of tmp_path finds new."""
    follower = Follower()
    return lambda: list(follower.lines(tmp_path))


def add(path, content: bytes) -> None:
    """Append to a log."""
    with path.open("ab") as file:
        file.write(content)


def test_a_line_is_told_once(tmp_path, new):
    add(tmp_path / "worker-1.log", b"one\ntwo\n")

    assert new() == [("worker-1", "one"), ("worker-1", "two")]
    assert new() == []


def test_half_a_line_waits_for_its_end(tmp_path, new):
    add(tmp_path / "a.log", b"whole\nha")
    assert new() == [("a", "whole")]
    assert new() == []

    add(tmp_path / "a.log", b"lf\n")
    assert new() == [("a", "half")]


def test_half_a_letter_waits_for_its_end(tmp_path, new):
    add(tmp_path / "a.log", "é".encode()[:1])
    assert new() == []

    add(tmp_path / "a.log", "é".encode()[1:] + b"\n")
    assert new() == [("a", "é")]


def test_a_log_that_appears_later_is_read_from_its_beginning(tmp_path, new):
    add(tmp_path / "b.log", b"first\n")
    assert new() == [("b", "first")]

    add(tmp_path / "a.log", b"second\n")
    add(tmp_path / "b.log", b"third\n")
    assert new() == [("a", "second"), ("b", "third")]


def test_other_files_are_left_out(tmp_path, new):
    add(tmp_path / "outcomes.jsonl", b"{}\n")
    add(tmp_path / "session.json", b"secret\n")

    assert new() == []


def test_bytes_that_are_no_text_do_not_end_it(tmp_path, new):
    add(tmp_path / "a.log", b"\xff\xfe\nnext\n")

    assert [name for name, _ in new()] == ["a", "a"]


def test_a_folder_that_is_not_there_yet_has_no_lines(tmp_path):
    assert list(Follower().lines(tmp_path / "later")) == []
