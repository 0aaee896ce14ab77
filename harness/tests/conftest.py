"""Fixtures of the harness's own tests."""

from collections.abc import Iterator

import pytest

from harness.reaper import Reaper
from harness.services.provider import engine_problem
from harness.tests.helpers import missing


@pytest.fixture
def reaper() -> Iterator[Reaper]:
    """A guardian for one test, and proof that it can be ended."""
    with Reaper() as reaper:
        yield reaper


@pytest.fixture(scope="module", params=["embedded", "container"])
def provider(request: pytest.FixtureRequest) -> str:
    """Each provider in turn, so that both pass the same tests."""
    if request.param == "container" and (problem := engine_problem()):
        missing(f"no container engine: {problem}")
    return request.param
