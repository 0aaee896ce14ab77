"""Other pools than the plan's, as many teams start them: tasks run, processes are replaced, and nothing is lost."""

import uuid
from pathlib import Path

import extra_tasks
import pytest

from core import celery_app
from harness.waiting import wait_until

SECONDS = 20
FOREVER = 600  # seconds of a task that nobody waits for: its worker is killed
QUEUE = "pools"  # of workers that live for one scenario
PREFORK = ("--pool", "prefork")  # a team's own settings may say another one


@pytest.fixture
def start(session, extra_trace_file):
    """start(arguments): a worker of the plan's command with these arguments and the extra tasks."""
    launcher = session.launcher()
    settings = {"PYTHONPATH": str(Path(extra_tasks.__file__).parent), "EXTRA_TRACE": str(extra_trace_file)}
    extra = launcher.with_settings(**settings)
    yield lambda *arguments: extra.worker(
        "--include", "extra_tasks,extra_signals", "-Q", QUEUE, "-n", "pools@%h", *arguments, name="pools-worker"
    )
    for worker in launcher.started:
        worker.child.kill()


def call(task, *arguments):
    return task.apply_async(arguments, queue=QUEUE)


def pids(number):
    """Which process runs each of so many tasks, one after another."""
    return [call(extra_tasks.pid).get(timeout=SECONDS) for _ in range(number)]


def asleep(trace, number):
    """Whether so many tasks run at the same time, once they have been called."""
    word = str(uuid.uuid4())
    for _ in range(number):
        call(extra_tasks.sleep, FOREVER, word)
    return wait_until(
        lambda: len(trace.lines(what="begun", word=word)) == number, SECONDS, f"{number} tasks run at the same time"
    )


@pytest.mark.parametrize("pool", ["threads", "solo"])
def test_a_worker_without_child_processes_runs_tasks_tells_of_failures_and_ends_cleanly(start, pool):
    worker = start("--pool", pool, "--concurrency", "2")
    results = [call(extra_tasks.echo, number) for number in range(10)]
    assert [result.get(timeout=SECONDS) for result in results] == [[[number], {}] for number in range(10)]
    with pytest.raises(extra_tasks.OrderError):
        call(extra_tasks.fail_order, 7, "sold out").get(timeout=SECONDS)
    assert pids(1) == [worker.child.pid]
    assert worker.stop(SECONDS) == 0


def test_threads_run_as_many_tasks_at_once_as_there_are(start, trace):
    start("--pool", "threads", "--concurrency", "3")
    assert asleep(trace, 3)


def test_a_process_is_replaced_after_as_many_tasks_as_it_may_run(start):
    start(*PREFORK, "--concurrency", "1", "--max-tasks-per-child", "2")
    first, second, third = (set(pids(2)) for _ in range(3))
    assert [len(each) for each in (first, second, third)] == [1, 1, 1]
    assert len(first | second | third) == 3


def test_a_process_that_has_grown_too_large_is_replaced_after_its_task(start):
    start(*PREFORK, "--concurrency", "1", "--max-memory-per-child", "1")  # kilobytes: each is too large
    assert len(set(pids(3))) == 3


def test_a_worker_that_may_grow_grows_with_its_work(start, trace):
    start(*PREFORK, "--autoscale", "3,1")
    assert asleep(trace, 3)


def test_a_pool_that_is_made_larger_by_remote_control_runs_more_at_once(start, trace):
    start(*PREFORK, "--concurrency", "1")
    answers = celery_app.control.pool_grow(2, pattern="pools@*", matcher="glob", reply=True, limit=1, timeout=SECONDS)
    assert [list(answer.values()) for answer in answers] == [[{"ok": "pool will grow"}]]
    assert asleep(trace, 3)


EMBEDDED = """
import logging
from celery.contrib.testing.worker import start_worker
from core import celery_app
from modules.auth.accounts.tasks import send_welcome_email

errors = []
make = logging.getLogRecordFactory()

def noted(*facts, **more):
    record = make(*facts, **more)
    errors.extend([record] if record.levelno >= logging.ERROR else [])
    return record

logging.setLogRecordFactory(noted)  # a handler would go when the worker sets logging up
with start_worker(celery_app, perform_ping_check=False, queues=["embedded"]):
    print(send_welcome_email.apply_async(("x",), queue="embedded").get(timeout=20))
print(len(errors), "errors")
"""


@pytest.mark.red_on("celery==5.6.1", "celery #10042, PR #10023, PR #10045: RecursionError")
def test_a_worker_embedded_in_a_process_of_the_app_runs_its_tasks_and_ends_without_an_error(launcher):
    """As a team's own tests start one, and as monitors do."""
    told = launcher.manage("shell", "--command", EMBEDDED).splitlines()
    assert (told.count("Email sent to x"), told[-1]) == (1, "0 errors")
