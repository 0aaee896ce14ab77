"""Which changed files look like pins, beside the one that is taken for them."""

import pytest

from ci.pins.usual import others


@pytest.mark.parametrize(
    "path",
    [
        "requirements/live.txt",
        "requirements/eu/live.txt",
        "requirements-worker.txt",
        "Live-Requirements.txt",
        "constraints-live.txt",
        "worker/requirements.txt",
        "worker/uv.lock",
        "worker/poetry.lock",
        "pylock.live.toml",
        "worker/Pipfile.lock",
        "pdm.lock",
        "requirements.lock",
        "requirements-dev.lock",
    ],
)
def test_pins_are_known_by_their_name_or_their_folder(path):
    assert others({path, "README.md"}, "", {"requirements.txt"}) == [path]


@pytest.mark.parametrize("path", ["notes.txt", "requirements.in", "requirements/README.md", "pyproject.toml", "a.lock"])
def test_what_has_no_such_name_is_no_file_of_pins(path):
    assert others({path}, "", set()) == []


def test_only_those_in_the_folder_count_that_are_no_part_of_the_file_that_is_meant():
    changed = {"app/requirements.txt", "app/requirements-live.txt", "app/requirements/base.txt", "requirements.txt"}

    assert others(changed, "app/", {"app/requirements.txt", "app/requirements/base.txt"}) == [
        "app/requirements-live.txt"
    ]
