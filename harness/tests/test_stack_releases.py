"""Which releases of a package there are between two, as uv sees the index."""

import datetime

import pytest

from harness.stack.releases import between
from harness.stack.uv import Uv, UvFailed
from harness.tests.test_stack_wheels import THIS, index, market, wheel


@pytest.fixture
def uv(reaper):
    """uv in a folder of its own."""
    return Uv(reaper)


def test_they_come_in_order_with_prereleases_and_without_the_ends(tmp_path, monkeypatch, uv):
    wheels = market(tmp_path, monkeypatch)
    for version in ("0.9", "1.0", "1.0.post1", "1.9", "1.10", "2.0rc1", "2.0", "2.1"):
        wheel(wheels, "core", version)

    assert between("core", "1.0", "2.0", THIS, uv, None) == ["1.0.post1", "1.9", "1.10", "2.0rc1"]
    assert between("core", "1.0", "1.0.post1", THIS, uv, None) == []


def test_what_a_release_depends_on_does_not_matter(tmp_path, monkeypatch, uv):
    wheels = market(tmp_path, monkeypatch)
    for version in ("1.0", "1.1", "1.2"):
        wheel(wheels, "core", version, "nothing>=3")

    assert between("core", "1.0", "1.2", THIS, uv, None) == ["1.1"]


def test_what_came_out_after_the_day_is_not_there(tmp_path, monkeypatch, uv):
    wheels = tmp_path / "wheels"
    with index(wheels, uploaded := {}) as address:
        market(tmp_path, monkeypatch, f'[[index]]\nurl = "{address}"\ndefault = true\n')
        for version, day in (("1.0", "28"), ("1.1", "29"), ("1.2", "30"), ("1.3", "31")):
            uploaded[wheel(wheels, "core", version)] = f"2024-03-{day}T12:00:00Z"
        found = between("core", "1.0", "1.3", THIS, uv, datetime.date(2024, 3, 29))

    assert found == ["1.1"]


def test_an_index_that_does_not_answer_is_not_an_empty_one(tmp_path, monkeypatch, uv):
    market(tmp_path, monkeypatch, '[[index]]\nurl = "http://127.0.0.1:9/simple"\ndefault = true\n')

    with pytest.raises(UvFailed):
        between("core", "1.0", "2.0", THIS, uv, None)
