"""The commands that the plan tells its reader to type."""

import pytest


@pytest.mark.guards("worker-command")
@pytest.mark.parametrize("app", ["core.celery", "core"])
def test_a_worker_starts_with_either_name_of_the_app_and_ends_cleanly_when_told_to(launcher, app):
    worker = launcher.worker("--concurrency", "1", app=app)
    assert worker.stop() == 0


@pytest.mark.guards("beat-command")
def test_beat_starts_on_the_database_scheduler_and_ends_cleanly_when_told_to(launcher):
    beat = launcher.beat()
    assert beat.stop() == 0
