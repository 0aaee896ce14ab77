"""A team's own settings on their way to the app's processes."""

import pytest

from harness import session as sessions
from harness.laid_over import celery, environment, with_parameters, without_parameters

TEAMS = {
    "task_acks_late": True,
    "database.url": "postgresql:///?options=-c%20statement_timeout%3D54321",
    "database.conn_max_age": 77,
}
ASK = """
from django.db import connection as c
with c.cursor() as cursor:
    cursor.execute("show statement_timeout")
    print(cursor.fetchone()[0], c.settings_dict["CONN_MAX_AGE"])
"""


def test_celerys_settings_and_the_databases_go_apart():
    assert celery(TEAMS) == {"task_acks_late": True}
    assert environment(TEAMS) == {
        "DATABASE_PARAMETERS": "options=-c%20statement_timeout%3D54321",
        "DATABASE_CONN_MAX_AGE": "77",
    }
    assert environment({"task_acks_late": True, "database.url": "postgresql:///"}) == {}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://u@h/d", "postgresql://u@h/d?a=b"),
        ("postgresql:///d?host=/run", "postgresql:///d?host=/run&a=b"),
        ("postgresql:///d?a=b", "postgresql:///d?a=b"),
        ("postgresql:///d?a=other&connect_timeout=1", "postgresql:///d?a=other&connect_timeout=1"),
        ("sqlite:////tmp/d", "sqlite:////tmp/d"),
    ],
)
def test_parameters_are_added_once_and_to_postgresql_alone(url, expected):
    assert with_parameters(url, "a=b") == expected
    assert with_parameters(expected, "a=b") == expected
    assert with_parameters(url, "") == url
    assert without_parameters(expected, "a=b") == (url if url != expected else without_parameters(url, "a=b"))


@pytest.mark.parametrize("database", ["the session's", "a scenario's own"])
def test_postgresql_itself_sees_them_in_an_app_process(monkeypatch, database):
    session = sessions.begin("embedded", "laid_over")
    try:
        session.laid_over.update(TEAMS)
        for name, value in session.settings().items():
            monkeypatch.setenv(name, value)
        launcher = session.launcher()
        if database != "the session's":
            launcher = launcher.with_settings(DATABASE_URL=session.services.postgres().create_database("own"))
        assert "54321ms 77" in launcher.manage("shell", "-c", ASK)
    finally:
        session.close()
