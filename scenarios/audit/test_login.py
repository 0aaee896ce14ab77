"""A login over HTTP ends as a row that a worker writes."""

import pytest

from modules.auth.accounts.models import AuthAuditLog, User

pytestmark = pytest.mark.guards("async-audit")


def test_a_successful_login_ends_as_a_row_of_its_user(web, worker, ada, log_in, trail):
    assert log_in(web).status == 200
    [row] = trail.rows(1, web, worker)
    assert (row["user_id"], row["success"]) == (ada.pk, True)
    assert (row["ip_address"], row["user_agent"]) == ("127.0.0.1", "Firefox")


def test_a_wrong_password_is_refused_and_ends_as_a_row_of_a_failure(web, worker, ada, log_in, trail):
    assert log_in(web, password="wrong").status == 401
    [row] = trail.rows(1, web, worker)
    assert (row["user_id"], row["success"], row["event_type"]) == (ada.pk, False, "login_failed")


def test_an_inactive_user_is_refused_and_ends_as_a_row_of_a_failure(web, worker, ada, log_in, trail):
    User.objects.update(is_active=False)
    assert log_in(web).status == 403
    assert trail.rows(1, web, worker)[0]["success"] is False


@pytest.mark.guards("trap-2")
def test_an_unknown_users_attempt_is_refused_and_ends_as_a_row_without_a_user(web, worker, ada, log_in, trail):
    assert log_in(web, username="eve").status == 401
    [row] = trail.rows(1, web, worker)
    assert (row["user_id"], row["success"], row["details"]) == (None, False, {"reason": "unknown_user"})


def test_attempts_that_a_client_calls_by_one_name_are_a_row_each(web, worker, ada, log_in, trail):
    """Else whoever guesses passwords would leave one row of all the guesses."""
    for _ in range(3):
        assert log_in(web, password="wrong", event_id="always the same").status == 401
    rows = trail.rows(3, web, worker)
    assert [row["details"]["event_id"] for row in rows] == ["always the same"] * 3


def test_a_login_answers_while_no_worker_runs_and_its_event_waits_in_the_queue(on_own_redis, ada, log_in, trail):
    assert log_in(on_own_redis.web()).status == 200
    assert len(trail.waiting()) == 1
    assert not AuthAuditLog.objects.exists()
