"""What of a team's database settings can be laid over the app's."""

from pathlib import Path

import pytest

from ci.database_settings import database_settings
from ci.settings import read
from harness.errors import UsageError

HERE = Path("settings.toml")
URL = "postgresql:///?application_name=shop&options=-c%20statement_timeout%3D5000"


def test_parameters_of_the_connection_and_its_age_are_taken(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text(f'[celery]\ntask_acks_late = true\n[database]\nurl = "{URL}"\nconn_max_age = 600\n')

    assert read(file) == {"task_acks_late": True, "database.url": URL, "database.conn_max_age": 600}


def test_one_of_the_tables_is_enough(tmp_path):
    file = tmp_path / "settings.toml"
    file.write_text("[database]\nconn_max_age = 0\n")

    assert read(file) == {"database.conn_max_age": 0}


SERVERS = (
    "postgresql://user:secret@production/shop",
    "postgresql:///shop?password=secret",
    "postgresql:///?password=secret",
    "postgresql:///?host=production&options=secret",
    "postgresql:///?service=secret",
)
BAD = {
    **dict.fromkeys(SERVERS, "url may only have parameters of the connection, behind ///?: the gate starts servers"),
    "sqlite:///secret": "url must start with postgresql://",
    "mysql:///secret": "url must start with postgresql://",
    "postgresql:///?no_such_parameter=secret": "url is no URL that PostgreSQL takes",
    "postgresql:///?application_name=a&application_name": "url is no URL that PostgreSQL takes",
    "postgresql:///?sslmode=require": "url asks for sslmode: the gate's servers speak no TLS",
    7: "url must start with postgresql://",
}


@pytest.mark.parametrize("url", BAD)
def test_a_server_and_what_is_no_url_are_refused_without_quoting_them(url):
    with pytest.raises(UsageError) as caught:
        database_settings(HERE, {"url": url})

    assert BAD[url] in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("age", [-1, 1.5, "600", True])
def test_an_age_that_is_no_number_of_seconds_is_refused(age):
    with pytest.raises(UsageError, match="conn_max_age must be a whole number of seconds"):
        database_settings(HERE, {"conn_max_age": age})


def test_nothing_else_can_be_set():
    with pytest.raises(UsageError, match="has url and conn_max_age, no 'engine'"):
        database_settings(HERE, {"engine": "sqlite"})
