"""Shapes as data."""

from pathlib import Path

import pytest

from harness.errors import UsageError
from load.shapes import Shape, Stage, find, read

TWO = Shape("two", "", (Stage(4, 1, 10), Stage(2, 9, 20)))


def test_a_shape_goes_through_its_stages_and_ends() -> None:
    assert [stage and stage.users for stage in map(TWO.at, (0, 3.99, 4, 5.99, 6))] == [1, 1, 9, 9, None]


def test_a_shape_can_be_stretched_and_keeps_its_proportions() -> None:
    assert [stage.seconds for stage in TWO.lasting(12).stages] == [8, 4]
    assert TWO.lasting(0) == TWO


def test_the_storm_is_ten_times_as_many_users_for_ten_seconds() -> None:
    before, storm, after = find("spike").stages
    assert (storm.users, storm.seconds) == (10 * before.users, 10)
    assert after.users == before.users


def test_every_committed_shape_says_what_it_is_for() -> None:
    assert set(read()) == {"steady", "few", "ramp", "spike", "soak"}
    assert all(shape.about and shape.seconds > 0 for shape in read().values())


def test_an_unknown_shape_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match="no shape is called 'wave': there are steady, few, ramp, spike, soak"):
        find("wave")


@pytest.mark.parametrize(
    "text",
    [
        "[x]\nstages = []\nabout = 'a'",
        "[x]\nabout = 'a'",
        "[x]\nstages = [{ seconds = 1, users = 0, spawn_rate = 1 }]\nabout = 'a'",
        "[x]\nstages = [{ seconds = 1, people = 1 }]\nabout = 'a'",
        "x = 1",
        "[",
    ],
)
def test_a_file_that_makes_no_sense_is_named_in_one_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text)
    with pytest.raises(UsageError, match=r"own\.toml: no shapes of load") as raised:
        read(file)
    assert "\n" not in str(raised.value)
