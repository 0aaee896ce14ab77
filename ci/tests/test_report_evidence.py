"""Pieces of logs for a page."""

from ci.report.evidence import MOST_BYTES, MOST_LINES, excerpt, passages, tails


def test_a_passage_is_what_was_written_between_two_bytes(tmp_path):
    (tmp_path / "worker.log").write_text("before\nduring é\nafter\n")

    [one] = passages(tmp_path, {"worker.log": [7, 17]})
    assert (one.title, list(one.lines), one.cut) == ("worker.log", ["during é"], False)


def test_of_a_long_passage_the_last_whole_lines_are_shown(tmp_path):
    (tmp_path / "worker.log").write_text("".join(f"line {number:04} {'x' * 40}\n" for number in range(2000)))
    size = (tmp_path / "worker.log").stat().st_size

    [one] = passages(tmp_path, {"worker.log": [0, size]})
    assert one.cut
    assert one.lines[-1].startswith("line 1999 ")
    assert all(line.startswith("line ") for line in one.lines)
    assert sum(len(line) + 1 for line in one.lines) <= MOST_BYTES


def test_of_many_short_lines_the_last_are_shown():
    one = excerpt("title", "\n".join(map(str, range(1000))))

    assert (len(one.lines), one.lines[-1], one.cut) == (MOST_LINES, "999", True)


def test_only_logs_that_are_in_the_run_are_read(tmp_path):
    run = tmp_path / "run"
    run.mkdir()
    (tmp_path / "secret.log").write_text("secret")
    (run / "link.log").symlink_to(tmp_path / "secret.log")

    assert passages(run, {"../secret.log": [0, 6], "/etc/passwd": [0, 9], "link.log": [0, 6], "gone.log": [0, 9]}) == []


def test_bytes_that_are_no_text_do_no_harm(tmp_path):
    (tmp_path / "worker.log").write_bytes(b"\xff\xfe\x00ok\n")

    [one] = tails(tmp_path, "*.log")
    assert one.lines[0].endswith("ok")
