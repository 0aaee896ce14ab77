"""What is seen of a round while it goes on."""

import time

from load.answers import Answer, Notebook
from load.glance import answered_lately


def test_only_the_answers_of_the_last_second_are_counted(tmp_path, monkeypatch):
    notebook = Notebook(tmp_path / "notebook.jsonl")
    now = time.time()
    monkeypatch.setattr("load.glance.time.time", lambda: now)
    notebook.attempted("first", now)
    for age in (30, 20, 0.1, 0.1):
        notebook.answered(Answer(f"event-{age}", now - age, 0.01, 200))
    notebook.attempted("last", now)
    assert answered_lately(tmp_path / "notebook.jsonl") == 2


def test_before_the_first_login_there_is_nothing_to_see(tmp_path):
    assert answered_lately(tmp_path / "none.jsonl") == 0
