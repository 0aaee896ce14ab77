"""A team's own Celery settings."""

import json

import pytest

from ci.settings import REFUSED, read
from ci.tests.helpers import gate
from harness.errors import UsageError
from harness.processes.launcher import Launcher
from harness.session import SETTINGS

GOOD = """
[celery]
task_acks_late = true
worker_prefetch_multiplier = 1
worker_pool = "threads"
worker_concurrency = 3
task_time_limit = 30
result_expires = 60.5
accept_content = ["json"]
broker_transport_options = { visibility_timeout = 7200, socket_keepalive = true }
"""


@pytest.fixture
def settings(tmp_path):
    """Reads a text as a file of settings."""

    def settings(text: str):
        (tmp_path / "settings.toml").write_text(text)
        return read(tmp_path / "settings.toml")

    return settings


def test_celerys_own_names_and_types_are_taken_as_they_are(settings):
    assert settings(GOOD) == {
        "task_acks_late": True,
        "worker_prefetch_multiplier": 1,
        "worker_pool": "threads",
        "worker_concurrency": 3,
        "task_time_limit": 30,
        "result_expires": 60.5,
        "accept_content": ["json"],
        "broker_transport_options": {"visibility_timeout": 7200, "socket_keepalive": True},
    }
    assert settings("[celery]\n") == {}


BAD = {
    "no such setting": ("task_ack_late = true", "task_ack_late is no setting in Celery 5"),
    "as in Django": ("CELERY_TASK_ACKS_LATE = true", "is no setting: write task_acks_late"),
    "upper case": ("TASK_ACKS_LATE = true", "is no setting: write task_acks_late"),
    "not a bool": ("task_acks_late = 1", "task_acks_late must be true or false"),
    "a bool is no number": ("worker_prefetch_multiplier = true", "worker_prefetch_multiplier must be a whole number"),
    "not a number": ('worker_prefetch_multiplier = "2"', "worker_prefetch_multiplier must be a whole number"),
    "not a table": ('broker_transport_options = "x"', "broker_transport_options must be a table"),
    "not a text": ("worker_pool = []", "worker_pool must be a text"),
    "not a list": ('accept_content = "json"', "accept_content must be a list"),
    "a date": ("beat_schedule = { x = 2026-01-01 }", "holds a date"),
    "no number": ("task_time_limit = nan", "holds a date, a time, inf or nan"),
    "nothing that TOML can say": ('security_key_password = "x"', "cannot be written in TOML"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_celery_would_not_take_is_refused_by_name(settings, kind):
    line, says = BAD[kind]

    with pytest.raises(UsageError) as caught:
        settings(f"[celery]\n{line}\n")
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_take_the_ground_away_is_refused_with_the_reason(settings, name):
    with pytest.raises(UsageError, match=f"{name} cannot be set: ") as caught:
        settings(f'[celery]\n{name} = "redis://user:secret@production/0"\n')
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "text", ["", "task_acks_late = true", "[celery]\n[django]\nx = 1", "celery = 3", "database = 3", "[celery"]
)
def test_a_file_of_another_shape_is_refused(settings, text):
    with pytest.raises(UsageError, match=r"must have the table \[celery\] or \[database\], or both|is not TOML"):
        settings(text)


def test_settings_limit_the_answer(tmp_path):
    made = gate(tmp_path)
    object.__setattr__(made.question, "settings", {"task_acks_late": True})

    assert made.question.limits() == "with these settings on both: task_acks_late = true"


@pytest.mark.parametrize(
    ("below", "above", "expected"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": 2}, {"a": 2}),
        ({"o": {"x": 1, "y": 1}}, {"o": {"y": 2}}, {"o": {"x": 1, "y": 2}}),
        ({"o": {"x": 1}}, {"o": 3}, {"o": 3}),
        ({"o": 3}, {"o": {"x": 1}}, {"o": {"x": 1}}),
    ],
)
def test_what_a_scenario_sets_is_laid_over_the_users_settings(tmp_path, below, above, expected):
    first = Launcher(None, {"CELERY_SETTINGS": json.dumps(below)}, tmp_path, None)
    second = first.with_settings(CELERY_SETTINGS=json.dumps(above), OTHER="1")

    assert json.loads(second.settings["CELERY_SETTINGS"]) == expected
    assert second.settings["OTHER"] == "1"
    assert json.loads(first.settings["CELERY_SETTINGS"]) == below


@pytest.mark.parametrize("nonsense", ["[]", "{", "3"])
def test_nonsense_stays_nonsense_for_the_app_to_refuse(tmp_path, nonsense):
    first = Launcher(None, {"CELERY_SETTINGS": '{"a": 1}'}, tmp_path, None)

    assert first.with_settings(CELERY_SETTINGS=nonsense).settings["CELERY_SETTINGS"] == nonsense


def test_settings_reach_the_apps_processes_under_the_name_that_it_reads():
    assert "CELERY_SETTINGS" in SETTINGS
