"""Other pools than the plan's, as many teams start them: tasks run, processes are replaced, and nothing is lost."""

import uuid
from pathlib import Path

import extra_tasks
import pytest

from core import celery_app
from harness.waiting import wait_until

SECONDS = 20
FOREVER = 600  # seconds of a task that nobody waits for: its worker is killed
PREFORK = ("--pool", "prefork")  # a team's own settings may say another one


class Pool:
    """A worker with the extra tasks on a queue of its own: what a killed one held is nobody else's."""

    def __init__(self, launcher, trace):
        self.queue = f"pool-{uuid.uuid4()}"
        self._launcher = launcher
        self._trace = trace

    def start(self, *arguments):
        """The plan's worker command with these arguments; returns once it has run a task."""
        included = ("--include", "extra_tasks,extra_signals", "-Q", self.queue, "-n", f"{self.queue}@%h")
        worker = self._launcher.worker(*included, *arguments, name="pool-worker")
        self.pids(1)
        return worker

    def call(self, task, *arguments):
        return task.apply_async(arguments, queue=self.queue)

    def pids(self, number):
        """Which process runs each of so many tasks, one after another."""
        return [self.call(extra_tasks.pid).get(timeout=SECONDS) for _ in range(number)]

    def runs_at_once(self, number):
        """Whether so many tasks run at the same time, once they have been called."""
        word = str(uuid.uuid4())
        for _ in range(number):
            self.call(extra_tasks.sleep, FOREVER, word)
        begun = lambda: len(self._trace.lines(what="begun", word=word)) == number  # noqa: E731
        return wait_until(begun, SECONDS, f"{number} tasks run at the same time")


@pytest.fixture
def pool(session, extra_trace_file, trace):
    """A pool to be started; killed behind the scenario."""
    launcher = session.launcher()
    settings = {"PYTHONPATH": str(Path(extra_tasks.__file__).parent), "EXTRA_TRACE": str(extra_trace_file)}
    yield Pool(launcher.with_settings(**settings), trace)
    for worker in launcher.started:
        worker.child.kill()


@pytest.mark.parametrize("kind", ["threads", "solo"])
def test_a_worker_without_child_processes_runs_tasks_tells_of_failures_and_ends_cleanly(pool, kind):
    worker = pool.start("--pool", kind, "--concurrency", "2")
    results = [pool.call(extra_tasks.echo, number) for number in range(10)]
    assert [result.get(timeout=SECONDS) for result in results] == [[[number], {}] for number in range(10)]
    with pytest.raises(extra_tasks.OrderError):
        pool.call(extra_tasks.fail_order, 7, "sold out").get(timeout=SECONDS)
    assert pool.pids(1) == [worker.child.pid]
    assert worker.stop(SECONDS) == 0


def test_threads_run_as_many_tasks_at_once_as_there_are(pool):
    pool.start("--pool", "threads", "--concurrency", "3")
    assert pool.runs_at_once(3)


def test_a_process_is_replaced_after_as_many_tasks_as_it_may_run(pool):
    pool.start(*PREFORK, "--concurrency", "1", "--max-tasks-per-child", "2")
    pool.pids(1)  # with that of its start, the first process's last
    first, second, third = (set(pool.pids(2)) for _ in range(3))
    assert [len(each) for each in (first, second, third)] == [1, 1, 1]
    assert len(first | second | third) == 3


def test_a_process_that_has_grown_too_large_is_replaced_after_its_task(pool):
    pool.start(*PREFORK, "--concurrency", "1", "--max-memory-per-child", "1")  # kilobytes: each is too large
    assert len(set(pool.pids(3))) == 3


def test_a_worker_that_may_grow_grows_with_its_work(pool):
    pool.start(*PREFORK, "--autoscale", "3,1")
    assert pool.runs_at_once(3)


def test_a_pool_that_is_made_larger_by_remote_control_runs_more_at_once(pool):
    pool.start(*PREFORK, "--concurrency", "1")
    to_it = {"pattern": f"{pool.queue}@*", "matcher": "glob", "reply": True, "limit": 1, "timeout": SECONDS}
    answers = celery_app.control.pool_grow(2, **to_it)
    assert [list(answer.values()) for answer in answers] == [[{"ok": "pool will grow"}]]
    assert pool.runs_at_once(3)


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
