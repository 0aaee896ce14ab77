"""What the project is configured to be, as Celery and Django themselves see it in a process of the stack."""

import json

import pytest

from core import celery_app
from harness.errors import ProcessExited
from harness.processes.launcher import Launcher

CELERY = (
    "import json; from core import celery_app as app; "
    "print('FACTS', json.dumps({key: app.conf[key] for key in %r}, default=str))"
)
DJANGO = (
    "import json; from django.conf import settings; "
    "print('FACTS', json.dumps({key: getattr(settings, key) for key in %r}, default=str))"
)
FROM_ENVIRONMENT = ("CELERY_BROKER_URL", "CELERY_RESULT_BACKEND", "WELCOME_EMAIL_SECONDS", "USER_DATA_SECONDS")


def facts(launcher: Launcher, code: str, *names: str) -> dict[str, object]:
    """What a Django shell of the stack alone prints for the named settings."""
    said = launcher.manage("shell", "--command", code % (names,))
    return json.loads(next(line for line in said.splitlines() if line.startswith("FACTS")).partition(" ")[2])


@pytest.fixture
def unconfigured(launcher: Launcher) -> Launcher:
    """A launcher whose processes find nothing but the database in the environment: everything else is the default."""
    return launcher.with_settings(**dict.fromkeys(FROM_ENVIRONMENT, ""))


@pytest.mark.guards("broker-and-backend-url", "redis-for-both")
def test_broker_and_results_are_redis_on_localhost_unless_the_environment_says_otherwise(unconfigured):
    expected = {"broker_url": "redis://localhost:6379/0", "result_backend": "redis://localhost:6379/0"}
    assert facts(unconfigured, CELERY, "broker_url", "result_backend") == expected


@pytest.mark.guards("broker-and-backend-url")
def test_broker_and_results_follow_the_environment(launcher):
    elsewhere = launcher.with_settings(
        CELERY_BROKER_URL="redis://broker:1/2", CELERY_RESULT_BACKEND="redis://results:3/4"
    )
    expected = {"broker_url": "redis://broker:1/2", "result_backend": "redis://results:3/4"}
    assert facts(elsewhere, CELERY, "broker_url", "result_backend") == expected


@pytest.mark.guards("json-content")
def test_only_json_is_sent_and_accepted(launcher):
    expected = {"accept_content": ["json"], "task_serializer": "json", "result_serializer": "json"}
    assert facts(launcher, CELERY, *expected) == expected


@pytest.mark.guards("timezone-utc", "startup-retry")
def test_celery_lives_in_utc_and_waits_for_its_broker_at_the_start(launcher):
    expected = {"timezone": "UTC", "enable_utc": True, "broker_connection_retry_on_startup": True}
    assert facts(launcher, CELERY, *expected) == expected


@pytest.mark.guards("timezone-utc", "settings-module", "beat-scheduler", "retention-settings", "simulated-work")
def test_djangos_settings_are_the_plans(unconfigured):
    found = facts(
        unconfigured,
        DJANGO,
        "TIME_ZONE",
        "CELERY_TIMEZONE",
        "CELERY_BEAT_SCHEDULER",
        "UNCONFIRMED_TOTP_RETENTION_HOURS",
        "USED_BACKUP_CODE_RETENTION_DAYS",
        "WELCOME_EMAIL_SECONDS",
        "USER_DATA_SECONDS",
        "INSTALLED_APPS",
    )
    assert {"django_celery_beat", "modules.auth.accounts"} <= set(found.pop("INSTALLED_APPS"))
    assert found == {
        "TIME_ZONE": "UTC",
        "CELERY_TIMEZONE": "UTC",
        "CELERY_BEAT_SCHEDULER": "django_celery_beat.schedulers:DatabaseScheduler",
        "UNCONFIRMED_TOTP_RETENTION_HOURS": 24,
        "USED_BACKUP_CODE_RETENTION_DAYS": 90,
        "WELCOME_EMAIL_SECONDS": 5,
        "USER_DATA_SECONDS": 10,
    }


@pytest.mark.guards("exports-celery-app", "celery-app")
def test_shared_tasks_and_the_project_use_one_celery_app_called_core():
    import core.celery  # noqa: PLC0415 - the name `core` alone would hide which module is meant
    from modules.auth.accounts.tasks import clean_mfa_data  # noqa: PLC0415 - as above

    assert celery_app is core.celery.app
    assert clean_mfa_data.app is celery_app
    assert celery_app.main == "core"


@pytest.mark.guards("migrate")
@pytest.mark.django_db
def test_migrate_has_made_the_schedulers_tables():
    from django.db import connection  # noqa: PLC0415 - beside its one use

    tables = set(connection.introspection.table_names())
    assert {"django_celery_beat_periodictask", "django_celery_beat_crontabschedule"} <= tables


@pytest.mark.guards("migrate")
def test_the_apps_own_migrations_are_complete_on_this_stack(launcher):
    assert "No changes detected" in launcher.manage("makemigrations", "accounts", "--check", "--dry-run")


def test_any_setting_of_celery_can_be_laid_over_from_the_environment(launcher):
    expected = {"task_acks_late": True, "worker_prefetch_multiplier": 1, "broker_transport_options": {"a": 2}}
    over = launcher.with_settings(CELERY_SETTINGS=json.dumps(expected))
    assert facts(over, CELERY, *expected) == expected


@pytest.mark.parametrize("nonsense", ["[]", "{", '{"task acks": 1}', '{"CELERY_TASK_ACKS_LATE": true}'])
def test_nonsense_laid_over_stops_the_start_and_is_named(launcher, nonsense):
    with pytest.raises(ProcessExited, match="CELERY_SETTINGS must be a JSON object"):
        launcher.with_settings(CELERY_SETTINGS=nonsense).manage("check")
