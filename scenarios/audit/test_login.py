"""A login over HTTP ends as a row that a worker writes."""

import json
import urllib.error
import urllib.request

import pytest
from redis import Redis

from harness.waiting import wait_until
from modules.auth.accounts.models import AuthAuditLog, User

SECONDS = 20
pytestmark = pytest.mark.guards("async-audit")


@pytest.fixture
def ada(transactional_db: None) -> User:
    return User.objects.create_user("ada", "ada@example.com", "correct horse")


def log_in(url: str, username: str, password: str) -> int:
    """POST /login/ as a browser's script would; the HTTP status."""
    body = json.dumps({"username": username, "password": password}).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "Firefox"}
    request = urllib.request.Request(f"{url}/login/", body, headers)  # noqa: S310 - our own http:// address
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def the_row() -> AuthAuditLog:
    return wait_until(AuthAuditLog.objects.select_related("user").first, SECONDS, "the login's audit row is written")


def test_a_successful_login_ends_as_a_row_of_its_user(web, worker, ada):
    assert log_in(web.url, "ada", "correct horse") == 200
    row = the_row()
    assert (row.user, row.success, row.ip_address, row.user_agent) == (ada, True, "127.0.0.1", "Firefox")


def test_a_wrong_password_is_refused_and_ends_as_a_row_of_a_failure(web, worker, ada):
    assert log_in(web.url, "ada", "wrong") == 401
    row = the_row()
    assert (row.user, row.success, row.event_type) == (ada, False, "login_failed")


def test_an_inactive_user_is_refused_and_ends_as_a_row_of_a_failure(web, worker, ada):
    User.objects.update(is_active=False)
    assert log_in(web.url, "ada", "correct horse") == 403
    assert the_row().success is False


def test_a_login_answers_while_no_worker_runs_and_its_event_waits_in_the_queue(own_redis, launcher, ada):
    web = launcher.with_settings(CELERY_BROKER_URL=own_redis.url, CELERY_RESULT_BACKEND=own_redis.url).web()
    assert log_in(web.url, "ada", "correct horse") == 200
    assert Redis.from_url(own_redis.url).llen("celery") == 1
    assert not AuthAuditLog.objects.exists()
