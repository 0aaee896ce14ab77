"""What the tests of the gate share."""

import pytest

from harness.session import SETTINGS


@pytest.fixture(autouse=True)
def no_scenarios_beside(monkeypatch):
    """Scenarios in the same pytest run put the app's settings into the environment; a gate never starts with them."""
    for name in (*SETTINGS, "DATABASE_CONN_MAX_AGE"):
        monkeypatch.delenv(name, raising=False)
