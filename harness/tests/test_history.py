"""A history: what was written is read back, whole lines only, while others write."""

import json
import os
import subprocess
import sys

import pytest

from harness.history.history import History, ids
from harness.history.record import Kind, Record
from harness.history.told import Told
from harness.processes.launcher import INSIDE

WRITE = "from preflight_history import record; [record('started', f'e{n}') for n in range(200)]"


@pytest.fixture
def history(tmp_path) -> History:
    return History(tmp_path / "history.jsonl")


def test_a_record_is_one_line_and_comes_back_from_it():
    record = Record(Kind.FAILED, "e1", 1.5, 2.5, "worker", 7, "celery-5.7", "OSError\n")
    assert record.to_line().count("\n") == 1
    assert Record.from_line(record.to_line()) == record


def test_a_history_grows_while_it_is_read(history):
    history.add(Record(Kind.ATTEMPTED, "e1"))
    place = history.count()
    history.add(Record(Kind.ACKED, "e1"), Record(Kind.EFFECT, "e1"))
    assert [record.kind for record in history.since(place)] == [Kind.ACKED, Kind.EFFECT]
    assert [record.kind for record in history.records()] == [Kind.ATTEMPTED, Kind.ACKED, Kind.EFFECT]


def test_a_file_that_is_not_there_yet_is_an_empty_history(history):
    assert history.records() == []


def test_a_line_is_read_when_its_end_has_come(history):
    line = Record(Kind.ACKED, "e1").to_line().encode()
    history.path.write_bytes(line[:20])
    assert history.records() == []
    with history.path.open("ab") as file:
        file.write(line[20:])
    assert ids(history.records(), Kind.ACKED) == {"e1"}


def test_processes_that_write_at_the_same_time_leave_whole_lines(history):
    """With what a stack's processes write by, killed or not."""
    words = {"PREFLIGHT_HISTORY": str(history.path), "PREFLIGHT_PROCESS": "worker", "PREFLIGHT_STACK": "s"}
    command = [sys.executable, "-c", WRITE]
    writers = [subprocess.Popen(command, cwd=INSIDE, env={**os.environ, **words}) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert len(history.records()) == 600
    assert {record.stack for record in history.records()} == {"s"}
    assert len({record.pid for record in history.records()}) == 3


def test_a_line_says_when_by_both_clocks(history):
    history.add(Record(Kind.ACKED, "e1"))
    facts = json.loads(history.path.read_text())
    assert facts["wall"] > 1_700_000_000
    assert facts["monotonic"] > 0


def test_what_is_told_from_now_on_leaves_out_what_was_there(history):
    history.add(Record(Kind.ACKED, "e1"))
    told = Told(history)
    history.add(Record(Kind.ACKED, "e2"), Record(Kind.ENDED, "e1"), Record(Kind.FAILED, "e2"))
    assert told.ids(Kind.ACKED) == {"e2"}
    assert told.ids(Kind.ENDED, Kind.FAILED) == {"e1", "e2"}
    history.add(Record(Kind.ACKED, "e3"))
    assert told.ids(Kind.ACKED) == {"e2", "e3"} == ids(told.records(), Kind.ACKED)
    assert len(told.records()) == 4
