"""What a start costs, what it warns of, and what a worker knows when it is up."""

import json
from pathlib import Path

import pytest
from redis import Redis

from core import celery_app
from harness.sessions import members
from harness.waiting import real_seconds
from modules.auth.accounts.tasks import send_welcome_email

EXTRA = Path(__file__).parent / "extra"
KILOBYTE = 1024
SECONDS = 20
NODE = "observed@here"


@pytest.fixture
def warned(tmp_path):
    """The environment that has a process write its warnings down, and what they are so far."""

    class Warned:
        file = tmp_path / "warnings.jsonl"
        settings = {"PYTHONPATH": str(EXTRA), "PYTHONWARNINGS": "default", "WARNINGS_FILE": str(file)}  # noqa: RUF012

        def lines(self):
            """Each warning once, as category and text."""
            text = self.file.read_text() if self.file.exists() else ""
            return sorted({": ".join(json.loads(line)[1:]) for line in text.splitlines()})

    return Warned()


def memory(process) -> dict[str, int]:
    """Resident bytes of the main process, and of its largest child when it has any."""
    sizes = {pid: _resident(pid) for pid in members(process.child.pid)}
    main = sizes.pop(process.child.pid)
    return {"main bytes": main, **({"child bytes": max(sizes.values())} if sizes else {})}


def _resident(pid: int) -> int:
    lines = (line.split() for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return next(int(line[1]) * KILOBYTE for line in lines if line[0] == "VmRSS:")


def test_a_process_that_warns_is_heard(launcher, warned, tmp_path):
    """Guards the recorder itself: without it the lists below would be empty and alike."""
    launcher.with_settings(**warned.settings).manage("shell", "-c", "import warnings; warnings.warn('heard')")
    assert "UserWarning: heard" in warned.lines()


def test_a_workers_start_its_warnings_its_tasks_and_its_memory(observe, launcher, warned):
    before = keys()
    begun = real_seconds()
    worker = launcher.with_settings(**warned.settings).worker("--concurrency", "1", "-Q", "observed", "-n", NODE)
    observe("start-up: worker seconds", real_seconds() - begun)
    send_welcome_email.apply_async(("ada@example.com",), queue="observed").get(timeout=SECONDS)
    [tasks] = celery_app.control.inspect(destination=[NODE], timeout=SECONDS, limit=1).registered().values()
    assert "modules.auth.accounts.tasks.send_welcome_email" in tasks
    observe("registered tasks", sorted(tasks))
    observe("memory: worker", memory(worker))
    worker.stop()
    observe("warnings: worker", warned.lines())
    observe("keys left: by a worker that has run one task and ended", sorted(keys() - before))


def keys() -> set[str]:
    """The names in the broker's Redis."""
    with Redis.from_url(celery_app.conf.broker_url) as redis:
        return {key.decode() for key in redis.scan_iter()}


def test_beats_start_its_warnings_and_its_memory(observe, launcher, own_redis, warned):
    begun = real_seconds()
    beat = launcher.with_settings(CELERY_BROKER_URL=own_redis.url, **warned.settings).beat()
    observe("start-up: beat seconds", real_seconds() - begun)
    observe("memory: beat", memory(beat))
    assert beat.stop() == 0
    observe("warnings: beat", warned.lines())


def test_the_webs_start_its_warnings_and_its_memory(observe, launcher, warned):
    begun = real_seconds()
    web = launcher.with_settings(**warned.settings).web()
    observe("start-up: web seconds", real_seconds() - begun)
    observe("memory: web", memory(web))
    web.stop()
    observe("warnings: web", warned.lines())


def test_a_management_commands_time_and_warnings(observe, launcher, warned):
    begun = real_seconds()
    launcher.with_settings(**warned.settings).manage("check")
    observe("start-up: manage.py check seconds", real_seconds() - begun)
    observe("warnings: manage.py check", warned.lines())


def test_the_migrations_that_there_are(observe, launcher):
    plan = launcher.manage("showmigrations", "--plan")
    migrations = [line.split()[-1] for line in plan.splitlines() if line.startswith("[")]
    assert any(one.startswith("django_celery_beat.") for one in migrations)
    observe("migrations", migrations)
