"""The worker takes JSON and tasks, and whatever else lies in its queue neither runs nor stops it."""

import json
import os
import pickle

import pytest

from harness import raw_messages
from harness.waiting import wait_until
from modules.auth.accounts.tasks import send_welcome_email

SECONDS = 20
NAME = "modules.auth.accounts.tasks.send_welcome_email"
HEADERS = {"lang": "py", "task": NAME, "id": "an-id", "root_id": "an-id", "parent_id": None, "group": None}
BODY = json.dumps([["x"], {}, {}]).encode()
NOT_TAKEN = {
    "pickle": (pickle.dumps((("x",), {}, {})), "application/x-python-serialize", HEADERS),
    "yaml": (b"- [x]\n- {}\n- {}\n", "application/x-yaml", HEADERS),
    "a content type that nobody knows": (BODY, "application/x-nobody-knows", HEADERS),
    "no JSON at all": (b"{", "application/json", HEADERS),
    "no UTF-8": (b'[["\xff"], {}, {}]', "application/json", HEADERS),
    "JSON that is no task": (b'{"event": "something"}', "application/json", {}),
    "text": (b"hello", "text/plain", {}),
    "a task without a name": (BODY, "application/json", {**HEADERS, "task": None}),
}


class Bomb:
    """Unpickling it makes a folder."""

    def __init__(self, folder):
        self.folder = folder

    def __reduce__(self):
        return os.mkdir, (str(self.folder),)


@pytest.mark.guards("json-content")
def test_a_pickled_message_is_not_even_opened(worker, tmp_path):
    send_welcome_email.apply_async((Bomb(tmp_path / "opened"),), serializer="pickle")
    the_queue_moves_on(worker)
    assert not (tmp_path / "opened").exists()


@pytest.mark.guards("json-content")
@pytest.mark.parametrize("message", NOT_TAKEN.values(), ids=NOT_TAKEN)
def test_a_message_that_is_no_task_in_json_is_put_aside_and_the_queue_moves_on(worker, broker_url, message):
    raw_messages.put(broker_url, "celery", *message)
    the_queue_moves_on(worker)
    wait_until(lambda: not raw_messages.held(broker_url), SECONDS, "no message is held unacknowledged")


@pytest.mark.guards("task-welcome-email")
def test_a_task_that_another_program_laid_on_the_queue_is_run(worker, broker_url):
    """The message protocol is documented so that programs without Celery may send tasks."""
    task_id = "11111111-2222-3333-4444-555555555555"
    headers = {**HEADERS, "id": task_id, "root_id": task_id}
    raw_messages.put(broker_url, "celery", BODY, "application/json", headers)
    assert send_welcome_email.AsyncResult(task_id).get(timeout=SECONDS) == "Email sent to x"


@pytest.mark.guards("json-content", "broker-and-backend-url")
def test_the_app_sends_json_that_names_the_task(broker_url):
    result = send_welcome_email.apply_async(("ada@example.com",), queue="nobody")
    [message] = raw_messages.waiting(broker_url, "nobody")
    raw_messages.delete(broker_url, "nobody")
    assert message.content_type == "application/json"
    assert message.json()[:2] == [["ada@example.com"], {}]
    assert (message.headers["task"], message.headers["id"]) == (NAME, result.id)


def the_queue_moves_on(worker):
    """A task behind it is run, by the same process."""
    assert send_welcome_email.delay("after").get(timeout=SECONDS) == "Email sent to after"
    worker.raise_if_exited()
