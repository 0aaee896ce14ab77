"""Only the spelling of the registered name reaches a task (trap 1); others are discarded, and the caller can know."""

import pytest
from celery.exceptions import NotRegistered

from core import celery_app
from harness import raw_messages
from harness.waiting import wait_until

SECONDS = 20
REGISTERED = "modules.auth.accounts.tasks.send_welcome_email"
OTHERS = ["core.modules.auth.accounts.tasks.send_welcome_email", "accounts.tasks.send_welcome_email"]
pytestmark = pytest.mark.guards("trap-1")


def test_the_registered_spelling_reaches_the_task(worker):
    assert send(REGISTERED).get(timeout=SECONDS) == "Email sent to x"


@pytest.mark.parametrize("name", OTHERS)
def test_another_spelling_is_discarded_and_its_caller_is_told(worker, broker_url, name):
    with pytest.raises(NotRegistered):
        send(name).get(timeout=SECONDS)
    assert raw_messages.waiting(broker_url, "celery") == []
    wait_until(lambda: not raw_messages.held(broker_url), SECONDS, "the message is acknowledged")


@pytest.mark.parametrize("name", OTHERS)
def test_another_spelling_is_logged_as_an_error_that_names_it(worker, name):
    send(name).get(timeout=SECONDS, propagate=False)
    lines = worker.child.log.read_text(errors="replace").splitlines()
    assert any("ERROR" in line and f"'{name}'" in line for line in lines)


def test_many_discarded_messages_do_not_hold_up_the_one_behind_them(worker):
    for name in OTHERS * 50:
        send(name, ignore_result=True)
    assert send(REGISTERED).get(timeout=SECONDS) == "Email sent to x"


def send(name, **options):
    """As a producer without the app's code does, or a periodic task."""
    return celery_app.send_task(name, args=["x"], **options)
