"""The sets between two stacks, of packages made by hand."""

import pytest

from ci.bisect.mixture import Mixtures
from ci.tests.orchard import OLD, plant
from harness.errors import Unresolvable
from harness.reaper import Reaper


@pytest.fixture
def store(tmp_path, monkeypatch):
    """A store of two stacks, `old` and `new`."""
    with Reaper() as reaper:
        yield plant(tmp_path, monkeypatch, reaper)


@pytest.fixture
def mixtures(store):
    """The sets between `old` and `new`."""
    return Mixtures(store.get("old"), store.get("new"), store)


def test_the_parts_are_what_moved_with_both_versions(mixtures):
    assert mixtures.parts == {
        "core": ("1.0", "3.0"),
        "leaf": ("1.0", "2.0"),
        "root": ("", "1.0"),
        "seed": ("1.0", "2.0"),
        "tree": ("1.0", "2.0"),
    }


def test_what_is_not_asked_for_stays(mixtures):
    stack = mixtures.stack(mixtures.towards(["leaf"]))

    assert stack.pins == {**OLD, "leaf": "2.0"}
    assert mixtures.moved(stack) == {"leaf"}


def test_what_a_part_needs_comes_along_and_is_said(mixtures):
    stack = mixtures.stack(mixtures.towards(["tree"]))

    assert stack.pins == {**OLD, "tree": "2.0", "core": "3.0", "root": "1.0"}
    assert mixtures.moved(stack) == {"tree", "core", "root"}


def test_nothing_asked_for_is_the_one_end_and_everything_the_other(mixtures):
    assert mixtures.stack({}) is mixtures.base
    assert mixtures.stack({"core": "1.0"}) is mixtures.base
    assert mixtures.stack(mixtures.towards(list(mixtures.parts))) is mixtures.other


def test_what_cannot_be_had_together_is_unresolvable(mixtures):
    with pytest.raises(Unresolvable):
        mixtures.stack({"tree": "2.0", "core": "1.1"})


def test_the_releases_between_come_in_the_direction_of_the_other_end(store, mixtures):
    back = Mixtures(store.get("new"), store.get("old"), store)

    assert mixtures.releases("core") == ["1.1", "1.2", "2.0rc1", "2.0", "2.1"]
    assert back.releases("core") == ["2.1", "2.0", "2.0rc1", "1.2", "1.1"]
    assert mixtures.releases("root") == []
