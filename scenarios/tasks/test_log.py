"""The worker's log names each task with its outcome, at a level that people filter by."""

import re

import pytest

# Celery's own format: [time: LEVEL/process] text
LINE = re.compile(r"^\[[^\]]*: (?P<level>[A-Z]+)/[^\]]*\] (?P<text>.*)$", re.MULTILINE)
SAID_OF = {
    "returned": ("INFO", "succeeded"),
    "raised": ("ERROR", "ValueError('no')"),
    "retried": ("INFO", "retry"),
    "revoked": ("INFO", "revoked"),
    "expired": ("INFO", "revoked"),
    "soft limit": ("WARNING", "time limit"),
    "hard limit": ("ERROR", "time limit"),
}


@pytest.mark.parametrize("ending", SAID_OF)
def test_the_outcome_of_a_task_is_logged_with_its_id_and_level(endings, extra_worker, ending):
    level, words = SAID_OF[ending]
    assert any(words in text for text in said_about(endings.id(ending), level, extra_worker))


@pytest.mark.parametrize("text", ["extra.nobody_has_it", "SIGKILL"])
def test_what_no_task_could_log_itself_is_logged_as_an_error(endings, extra_worker, text):
    assert any(text in line for line in said_about("", "ERROR", extra_worker))


def test_the_arrival_of_a_task_is_logged(endings, extra_worker):
    [text] = [text for text in said_about(endings.id("returned"), "INFO", extra_worker) if "received" in text]
    assert "extra.note" in text


def test_the_traceback_of_a_failure_is_in_the_log(endings, extra_worker):
    log = extra_worker.child.log.read_text(errors="replace")
    assert "Traceback (most recent call last)" in log.partition(f"{endings.id('raised')}] raised")[2]


def said_about(task_id, level, worker):
    """The log's lines of that level that name the task."""
    matches = LINE.finditer(worker.child.log.read_text(errors="replace"))
    return [match["text"] for match in matches if match["level"] == level and task_id in match["text"]]
