"""What operators do to a running worker: ask it, call tasks off, hold them back."""

import subprocess
import time

import extra_tasks
import pytest

from core import celery_app
from harness import raw_messages
from harness.processes.launcher import REFERENCE_APP
from harness.waiting import wait_until

SECONDS = 20
EX_UNAVAILABLE = 69  # documented: no worker answered in time


@pytest.fixture
def ask(extra_worker, extra_node):
    """Asks the extra worker one of inspect's questions."""

    def answer(question, *arguments):
        inspect = celery_app.control.inspect([extra_node], timeout=SECONDS)
        return getattr(inspect, question)(*arguments)[extra_node]

    return answer


@pytest.fixture
def sleeping(extra_worker, trace):
    """A task that is running while the scenario looks."""
    result = extra_tasks.sleep.delay(60, word := f"asleep {time.time()}")
    trace.wait(what="begun", word=word)
    yield result
    result.revoke(terminate=True)


@pytest.fixture
def far_off(extra_worker):
    """A task that is due in ten minutes."""
    result = extra_tasks.note.apply_async(("far off",), countdown=600)
    yield result
    result.revoke()


def test_a_worker_answers_a_ping(extra_worker, extra_node):
    assert celery_app.control.ping([extra_node], timeout=SECONDS) == [{extra_node: {"ok": "pong"}}]


def test_a_worker_that_is_not_there_gives_no_answer(extra_worker):
    assert celery_app.control.ping(["nobody@nowhere"], timeout=0.5) == []


@pytest.mark.guards("worker-command")
def test_the_command_line_pings_a_worker_and_says_so_by_its_exit_code(extra_worker, extra_node, launcher):
    """How containers are asked for their health."""
    assert celery_command(launcher, "inspect", "ping", "--destination", extra_node, "--timeout", "10") == 0
    nobody = ("--destination", "nobody@nowhere", "--timeout", "0.5")
    assert celery_command(launcher, "inspect", "ping", *nobody) == EX_UNAVAILABLE


def test_a_worker_names_its_tasks_and_its_queue(ask):
    assert {"extra.echo", "modules.auth.accounts.tasks.clean_mfa_data"} <= set(ask("registered"))
    assert "extra" in [queue["name"] for queue in ask("active_queues")]


def test_a_worker_names_what_it_runs_with_id_name_arguments_and_process(ask, sleeping):
    [task] = [task for task in ask("active") if task["id"] == sleeping.id]
    assert (task["name"], task["args"][0]) == ("extra.sleep", 60)
    assert task["worker_pid"] in ask("stats")["pool"]["processes"]
    assert 0 < task["time_start"] <= time.time()


def test_a_worker_names_what_waits_for_its_time(ask, far_off):
    [waiting] = wait_for_it(lambda: [task for task in ask("scheduled") if task["request"]["id"] == far_off.id])
    assert waiting["request"]["name"] == "extra.note"
    assert waiting["eta"]


def test_a_worker_finds_a_task_by_its_id(ask, sleeping):
    state, task = ask("query_task", sleeping.id)[sleeping.id]
    assert (state, task["name"]) == ("active", "extra.sleep")


def test_a_worker_tells_its_pool_and_how_many_tasks_of_each_name_it_has_taken(ask):
    before = ask("stats")["total"].get("extra.echo", 0)
    extra_tasks.echo.delay().get(timeout=SECONDS)
    stats = ask("stats")
    assert stats["total"]["extra.echo"] == before + 1
    assert stats["pool"]["max-concurrency"] == 4


@pytest.mark.guards("json-content", "timezone-utc")
def test_a_worker_tells_the_settings_that_it_was_given(ask):
    conf = ask("conf")
    given = (conf["CELERY_ACCEPT_CONTENT"], conf["CELERY_TASK_SERIALIZER"], conf["CELERY_TIMEZONE"])
    assert given == (["json"], "json", "UTC")


def test_a_waiting_task_that_is_revoked_never_runs_and_the_worker_names_it(ask, trace):
    result = extra_tasks.note.apply_async(("called off",), countdown=3)
    result.revoke()
    assert result.id in wait_for_it(lambda: ask("revoked"))
    result.get(timeout=SECONDS, propagate=False)
    assert result.state == "REVOKED"
    assert trace.lines(what="ran", word="called off") == []


def test_several_tasks_are_revoked_at_once(extra_worker, trace):
    results = [extra_tasks.note.apply_async(("called off together",), countdown=3) for _ in range(3)]
    celery_app.control.revoke([result.id for result in results])
    for result in results:
        result.get(timeout=SECONDS, propagate=False)
    assert [result.state for result in results] == ["REVOKED"] * 3
    assert trace.lines(what="ran", word="called off together") == []


@pytest.mark.red_on("celery>=5.6", "celery PR #9869: a worker marks what another worker is running")
def test_revoking_a_task_that_is_running_changes_nothing_for_it_and_its_caller(worker, extra_worker, trace):
    """Documented: only terminate ends a running task. There are two workers, and each is told."""
    result = extra_tasks.sleep.delay(3, "runs on")
    trace.wait(what="begun", word="runs on")
    celery_app.control.revoke(result.id, reply=True, limit=2, timeout=SECONDS)
    assert result.get(timeout=SECONDS) == "runs on"


def test_a_rate_limit_spreads_the_tasks_of_one_name_and_can_be_taken_off(extra_worker, extra_node, trace):
    set_rate(extra_node, "5/s")
    for result in [extra_tasks.note.delay("held back") for _ in range(6)]:
        result.get(timeout=SECONDS)
    set_rate(extra_node, 0)
    times = [line["at"] for line in trace.lines(what="ran", word="held back")]
    assert max(times) - min(times) > 0.35  # five gaps of a fifth of a second, less what the first may begin late by
    for result in [extra_tasks.note.delay("set free") for _ in range(50)]:
        result.get(timeout=SECONDS)


def test_a_worker_takes_up_a_queue_and_lets_go_of_it(extra_worker, extra_node, ask, broker_url):
    to_it = {"destination": [extra_node], "reply": True, "timeout": SECONDS}
    celery_app.control.add_consumer("extra-more", **to_it)
    assert extra_tasks.echo.apply_async(queue="extra-more").get(timeout=SECONDS) == [[], {}]
    celery_app.control.cancel_consumer("extra-more", **to_it)
    wait_for_it(lambda: "extra-more" not in [queue["name"] for queue in ask("active_queues")])
    result = extra_tasks.echo.apply_async(queue="extra-more")
    assert extra_tasks.echo.delay().get(timeout=SECONDS)
    assert [message.headers["id"] for message in raw_messages.waiting(broker_url, "extra-more")] == [result.id]
    raw_messages.delete(broker_url, "extra-more")


def test_a_purge_throws_away_what_waits_and_tells_how_much(own_redis):
    with celery_app.connection_for_write(own_redis.url) as connection:
        for number in range(3):
            extra_tasks.note.apply_async((number,), connection=connection, queue="celery", ignore_result=True)
        assert celery_app.control.purge(connection) == 3
    assert raw_messages.waiting(own_redis.url, "celery") == []


def set_rate(node, rate):
    told = celery_app.control.rate_limit("extra.note", rate, reply=True, destination=[node], timeout=SECONDS)
    assert "ok" in told[0][node]


def wait_for_it(condition):
    return wait_until(condition, SECONDS, "the worker says so")


def celery_command(launcher, *arguments):
    """Run the stack's own `celery -A core ...` to its end; its exit code."""
    command = [str(launcher.interpreter.bin / "celery"), "-A", "core", *arguments]
    ended = subprocess.run(command, env=dict(launcher.settings), cwd=REFERENCE_APP, timeout=60, check=False)
    return ended.returncode
