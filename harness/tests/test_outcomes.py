"""How each scenario of a run ended, as lines of JSON."""

import json

import pytest

from harness.errors import (
    BrokenPromise,
    PreflightError,
    ProcessExited,
    ServiceDied,
    Unresolvable,
    UsageError,
    WaitTimeout,
    WrongVersions,
)
from harness.outcomes import Outcome, Reader, Writer, judge, read

ODD = "a\nb\u2028c\r\x1b[31m \ud800 é"


@pytest.mark.parametrize(
    ("error", "result", "cause"),
    [
        (AssertionError("one is not two"), "failed", "AssertionError: one is not two"),
        (AssertionError(), "failed", "AssertionError"),
        (ValueError("first\nsecond"), "failed", "ValueError: first"),
        (ValueError("\n\n  late\nmore"), "failed", "ValueError: late"),
        (KeyError("x"), "failed", "KeyError: 'x'"),
        (BrokenPromise("long /with/path", "short"), "failed", "short"),
        (WaitTimeout("not ready, last seen []", "not within 60 s"), "failed", "not within 60 s"),
        (ProcessExited("worker ended", "ImportError: x"), "failed", "ImportError: x"),
        (ServiceDied("Redis is gone"), "unknown", "Redis is gone"),
        (WrongVersions("celery 1\nmore"), "unknown", "celery 1"),
        (PreflightError("no answer"), "unknown", "no answer"),
        (UsageError("no"), "unknown", "no"),
        (Unresolvable("clash"), "unknown", "clash"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_an_exception_is_a_failure_of_the_stack_unless_it_says_that_nothing_was_learnt(error, result, cause):
    assert judge(error) == (result, cause)


def test_what_is_written_is_read_in_order(tmp_path):
    path = tmp_path / "outcomes.jsonl"
    writer = Writer(path)
    writer.collected({"a": ["line 1"], "b": []})
    writer.uncollected("c.py", "ImportError")
    writer.started("a")
    writer.ended(Outcome("a", "failed", "cause", "detail", 1.5, observations={"RSS": 5}, logs={"b/w.log": [0, 9]}))
    writer.broken("no app")
    writer.finished()

    ended = {
        "scenario": "a",
        "result": "failed",
        "cause": "cause",
        "detail": "detail",
        "seconds": 1.5,
        "started": True,
        "observations": {"RSS": 5},
        "logs": {"b/w.log": [0, 9]},
    }
    assert read(path) == [
        ("collected", {"a": ["line 1"], "b": []}),
        ("uncollected", ["c.py", "ImportError"]),
        ("started", "a"),
        ("ended", ended),
        ("broken", "no app"),
        ("finished", True),
    ]


def test_an_event_is_there_as_soon_as_it_is_told(tmp_path):
    writer = Writer(tmp_path / "outcomes.jsonl")
    for number in range(3):
        writer.started(str(number))
        assert read(tmp_path / "outcomes.jsonl")[-1] == ("started", str(number))


def test_odd_letters_come_back_as_they_were_and_stay_on_their_line(tmp_path):
    path = tmp_path / "outcomes.jsonl"
    Writer(path).ended(Outcome(ODD, "failed", ODD, ODD))

    [(_, ended)] = read(path)
    assert (ended["scenario"], ended["cause"], ended["detail"]) == (ODD, ODD, ODD)
    assert path.read_bytes().count(b"\n") == 1


def test_a_line_that_is_cut_off_is_left_out_wherever_the_cut_is(tmp_path):
    path = tmp_path / "outcomes.jsonl"
    first, second = (json.dumps({"started": name}) + "\n" for name in ("a", "b"))
    for length in range(len(second)):
        path.write_text(first + second[:length])
        assert read(path) in ([("started", "a")], [("started", "a"), ("started", "b")])
        assert len(read(path)) == 1 or length == len(second) - 1


def test_a_reader_gives_each_event_once_and_a_line_in_two_halves_when_it_is_whole(tmp_path):
    path = tmp_path / "outcomes.jsonl"
    reader = Reader(path)
    assert reader.new() == []
    line = json.dumps({"started": "b"}) + "\n"
    with path.open("a") as file:
        print(json.dumps({"started": "a"}), end="\n" + line[:5], file=file, flush=True)
        assert (reader.new(), reader.new()) == ([("started", "a")], [])
        print(line[5:], end="", file=file, flush=True)
    assert (reader.new(), reader.new()) == ([("started", "b")], [])


def test_no_file_has_no_events(tmp_path):
    assert read(tmp_path / "nothing") == []


def test_a_second_writer_adds_to_what_is_there(tmp_path):
    path = tmp_path / "outcomes.jsonl"
    for name in ("a", "b"):
        Writer(path).started(name)

    assert [value for _, value in read(path)] == ["a", "b"]
