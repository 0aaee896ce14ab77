"""The clean-up run in the two ways that count, and in workers with other settings.

The app, and what it is made of, is imported inside the fixtures: pytest reads this file before a session has begun.
"""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from freezegun import freeze_time

from harness.processes.launcher import Launcher
from harness.services.base import RedisService
from harness.waiting import wait_until

SECONDS = 60  # a guard against hanging
NO_COMPANY = ("--without-mingle", "--without-gossip")  # what a lone worker need not wait for


@dataclass
class CleanUp:
    """The clean-up, run one way. `now`: what its clock says, or said a moment ago."""

    now: dt.datetime
    run: Callable[[], str]


@pytest.fixture(params=["eagerly", "by a worker"])
def clean(request: pytest.FixtureRequest, transactional_db: None) -> CleanUp:
    """The clean-up in this process under a frozen clock, then by a real worker.

    A real worker does not see a frozen clock: rows are dated relative to the real one there. So what lies before a
    cutoff by one microsecond is gone in both ways, but "exactly on it" can be said of the frozen clock only.
    """
    from modules.auth.accounts.tasks import clean_mfa_data  # noqa: PLC0415

    def frozen() -> str:
        with freeze_time(now):
            return clean_mfa_data.delay().get()

    if request.param == "eagerly":
        request.getfixturevalue("eager")
        now = dt.datetime(2026, 3, 1, 3, 0, 0, 1, tzinfo=dt.timezone.utc)
        return CleanUp(now, frozen)
    request.getfixturevalue("worker")
    return CleanUp(dt.datetime.now(dt.timezone.utc), lambda: clean_mfa_data.delay().get(timeout=SECONDS))


@pytest.fixture
def user(db: None) -> Any:
    from modules.auth.accounts.models import User  # noqa: PLC0415

    return User.objects.create_user("ada", "ada@example.com")


@pytest.fixture
def settings_module(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """Makes the settings of a launcher whose processes use the app's settings module with lines added."""

    def changed(*lines: str, path: str = "") -> dict[str, str]:
        (tmp_path / "changed_settings.py").write_text("\n".join(["from core.settings import *", *lines, ""]))
        return {"DJANGO_SETTINGS_MODULE": "changed_settings", "PYTHONPATH": f"{tmp_path}:{path}".rstrip(":")}

    return changed


@pytest.fixture
def clean_by_own_worker(own_redis: RedisService, launcher: Launcher) -> Callable[..., dict[str, Any]]:
    """Runs the clean-up by a worker that was started with other settings; gives its result as Redis holds it."""

    import redis  # noqa: PLC0415

    from core import celery_app  # noqa: PLC0415
    from modules.auth.accounts.tasks import clean_mfa_data  # noqa: PLC0415

    def clean(**settings: str) -> dict[str, Any]:
        changed = {"CELERY_BROKER_URL": own_redis.url, "CELERY_RESULT_BACKEND": own_redis.url, **settings}
        worker = launcher.with_settings(**changed).worker("--pool", "solo", *NO_COMPANY, name="changed-worker")
        with celery_app.connection_for_write(own_redis.url) as connection, redis.Redis.from_url(own_redis.url) as kept:
            task = clean_mfa_data.apply_async(connection=connection)
            raw = wait_until(
                lambda: kept.get(f"celery-task-meta-{task.id}"),
                SECONDS,
                "the worker keeps a result of the clean-up",
                abort=worker.raise_if_exited,
                hint=f"The worker's log: {worker.child.log}",
            )
        worker.child.kill()  # nobody waits for what it would still tidy up
        return json.loads(raw)

    return clean
