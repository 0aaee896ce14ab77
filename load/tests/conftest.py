"""Fixtures of the load tests' own tests."""

from collections.abc import Iterator

import pytest

from harness.reaper import Reaper


@pytest.fixture(scope="session")
def reaper() -> Iterator[Reaper]:
    """A guardian for all of these tests."""
    with Reaper() as reaper:
        yield reaper
