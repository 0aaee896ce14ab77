"""What differs from run to run by itself."""

import platform

import pytest

from ci.masking import masked

VOLATILE = {
    "an id": ("task 0f3ec1a2-0000-4000-8000-1234567890ab", "task UUID"),
    "a naive time": ("2026-03-29T01:30:00.123456", "TIME"),
    "an aware time keeps that it is aware": ("2026-03-29T01:30:00+00:00", "TIME+00:00"),
    "a producer": ("gen4711@some-host", "genPID@HOST"),
    "this machine": (f"celery@{platform.node()}", "celery@HOST"),
    "a port": ("redis://127.0.0.1:41234/0", "redis://127.0.0.1:PORT/0"),
    "a socket's port": ("laddr=('127.0.0.1', 4711)", "laddr=('127.0.0.1', PORT)"),
    "an address": ("<object object at 0x7f00beef>", "<object object at ADDRESS>"),
    "an installed file": ("/home/a/.venv/lib/python3.11/site-packages/kombu/x.py", "kombu/x.py"),
    "a temporary file": ("see /tmp/preflight-logs-1a/worker.log", "see PATH"),
}


@pytest.mark.parametrize(("text", "word"), VOLATILE.values(), ids=VOLATILE)
def test_a_volatile_part_becomes_a_word_and_the_rest_stays(text, word):
    assert masked(text) == word


@pytest.mark.parametrize("text", ["5.7.0", "2026-03-29", "03:00", "modules.auth.accounts.tasks.clean_mfa_data"])
def test_versions_days_hours_and_names_stay(text):
    assert masked(text) == text


def test_masks_reach_into_lists_and_objects_and_their_keys():
    told = masked({"0f3ec1a2-0000-4000-8000-1234567890ab": ["127.0.0.1:1"], "pid": 4711, "retries": 3})

    assert told == {"UUID": ["127.0.0.1:PORT"], "pid": "PID", "retries": 3}
