"""Calling a task while Redis is away raises the error that callers are told to handle.

Celery's guide, "Calling Tasks", on connection errors: `except add.OperationalError`. A view that does so answers; one
that is given another class of error does not.
"""

import json

import pytest

CALL = """
from modules.auth.accounts.tasks import send_welcome_email
try:
    send_welcome_email.delay("test@example.com")
except Exception as error:
    print("FACTS", isinstance(error, send_welcome_email.OperationalError), type(error).__name__, error)
"""
# The same as with Celery's own settings, and within a second in place of nineteen.
AT_ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0, "timeout": 0.5}


@pytest.mark.guards("trap-4")
@pytest.mark.red_on("celery>=5.6", "celery PR #9371: the result store's RuntimeError takes its place")
def test_a_call_while_redis_is_away_raises_the_error_that_callers_handle(launcher, own_redis):
    told = json.dumps({"result_backend_transport_options": {"retry_policy": AT_ONCE}})
    addresses = {"CELERY_BROKER_URL": own_redis.url, "CELERY_RESULT_BACKEND": own_redis.url}
    own_redis.stop()
    said = launcher.with_settings(**addresses, CELERY_SETTINGS=told).manage("shell", "--command", CALL)
    [facts] = [line.partition(" ")[2] for line in said.splitlines() if line.startswith("FACTS")]
    assert facts.startswith("True "), facts.partition(" ")[2]
