"""From requirements to a lock, and what is said when there is none."""

import datetime
import socket

import pytest

from harness.errors import PreflightError, Unresolvable
from harness.stack import resolver
from harness.stack.definition import Definition
from harness.stack.lock import Lock
from harness.stack.pythons import Python
from harness.stack.resolver import resolve, until
from harness.stack.uv import Uv
from harness.tests.test_stack_wheels import THIS, index, market, wheel

DAY = datetime.date(2024, 3, 1)


@pytest.fixture
def uv(reaper):
    """uv in a folder of its own."""
    return Uv(reaper)


@pytest.fixture
def fruits(tmp_path, monkeypatch):
    """Apple and banana cannot agree on a core; the newest fig is for a Python that is not there."""
    wheels = market(tmp_path, monkeypatch)
    wheel(wheels, "apple", "1.0", "core<2")
    wheel(wheels, "banana", "1.0", "core>=2")
    wheel(wheels, "cherry", "1.0")
    for version in ("1.4", "1.5", "2.0"):
        wheel(wheels, "core", version)
    wheel(wheels, "fig", "1.0", python=">=3.99")
    return wheels


def asked(*requirements: str, python: str = "3.11", as_of: datetime.date | None = None) -> Definition:
    """A stack that asks for these."""
    return Definition("some", python, as_of, requirements)


def refused(uv: Uv, *requirements: str) -> str:
    """What is said to requirements without a solution: one line."""
    with pytest.raises(Unresolvable) as caught:
        resolve(asked(*requirements), THIS, uv)
    assert caught.value.exit_code == 4
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_lock_pins_everything_with_hashes_under_a_header(fruits, uv):
    lock = resolve(asked("apple"), THIS, uv)

    assert lock.pins(THIS) == {"apple": "1.0", "core": "1.5"}
    assert lock.text.count("--hash=sha256:") == 2
    assert lock.header("python") == THIS.minor
    assert lock.header("as of") == "the day it was resolved"
    assert lock.text.startswith("# stack: some\n")
    assert str(fruits) not in lock.text


def test_the_same_question_has_the_same_lock(fruits, uv):
    assert resolve(asked("apple", "cherry"), THIS, uv) == resolve(asked("cherry", "apple"), THIS, uv)


def test_versions_that_are_held_stay_where_they_may(fruits, uv):
    held = Lock("core==1.4\n")

    assert resolve(asked("core"), THIS, uv).pins(THIS) == {"core": "2.0"}
    assert resolve(asked("core"), THIS, uv, held).pins(THIS) == {"core": "1.4"}
    assert resolve(asked("core>1.4"), THIS, uv, held).pins(THIS) == {"core": "2.0"}


def test_a_clash_names_the_two_requirements_and_no_other(fruits, uv):
    said = refused(uv, "cherry", "apple==1.0", "banana")

    assert said.startswith("some: apple==1.0 and banana cannot be installed together: ")
    assert "cherry" not in said
    assert "core" in said


def test_a_version_that_does_not_exist_is_named_alone(fruits, uv):
    said = refused(uv, "apple", "core==9")

    assert "core==9 cannot be had on Python" in said
    assert "apple" not in said.partition(":")[2].partition(" cannot")[0]


def test_a_package_that_does_not_exist_is_named_alone(fruits, uv):
    assert "durian cannot be had" in refused(uv, "apple", "durian")


def test_a_python_that_is_too_old_for_a_package_is_named_with_it(fruits, uv):
    said = refused(uv, "cherry", "fig")

    assert f"fig cannot be had on Python {THIS.version}: " in said
    assert "3.99" in said


def test_an_index_that_cannot_be_reached_is_not_a_clash(tmp_path, monkeypatch, uv):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # bound but not listening: nobody answers, and nobody else can take it
        address = "http://{}:{}/simple".format(*closed.getsockname())
        market(tmp_path, monkeypatch, f'[[index]]\nurl = "{address}"\ndefault = true\n')
        with pytest.raises(PreflightError) as caught:
            resolve(asked("apple"), THIS, uv)

    assert not isinstance(caught.value, Unresolvable)
    assert caught.value.exit_code == 3
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ending", ["exit 1", "kill -9 $$", "echo; exit 2"])
def test_a_uv_that_dies_without_a_word_is_not_a_clash(tmp_path, monkeypatch, uv, ending):
    program = tmp_path / "uv"
    program.write_text(f"#!/bin/sh\n{ending}\n")
    program.chmod(0o755)
    monkeypatch.setattr("harness.stack.uv.uv.find_uv_bin", lambda: str(program))

    with pytest.raises(PreflightError, match=r"^some: ") as caught:
        resolve(asked("apple"), THIS, uv)
    assert not isinstance(caught.value, Unresolvable)


def test_a_stack_on_the_newest_python_is_resolved_for_all_of_them(fruits, uv):
    wheel(fruits, "kiwi", "1.0", 'core<2; python_version < "3.12"', 'cherry; python_version >= "3.12"')
    lock = resolve(asked("kiwi", python="newest"), THIS, uv)

    assert lock.header("python") == "newest"
    assert lock.pins(Python(THIS.path, "3.11.7")) == {"kiwi": "1.0", "core": "1.5"}
    assert lock.pins(Python(THIS.path, "3.12.0")) == {"kiwi": "1.0", "cherry": "1.0"}


def test_a_day_counts_to_its_very_end_and_not_beyond(tmp_path, monkeypatch, uv):
    wheels = tmp_path / "wheels"
    with index(wheels, uploaded := {}) as address:
        market(tmp_path, monkeypatch, f'[[index]]\nurl = "{address}"\ndefault = true\n')
        for version, when in (
            ("1.0", "2024-02-29T12:00:00Z"),
            ("1.1", "2024-03-01T23:59:59.999999Z"),
            ("1.2", "2024-03-02T00:00:00Z"),
        ):
            uploaded[wheel(wheels, "core", version)] = when
        on_the_day = resolve(asked("core", as_of=DAY), THIS, uv)
        later = resolve(asked("core"), THIS, uv)

    assert on_the_day.header("as of") == "2024-03-01"
    assert on_the_day.pins(THIS) == {"core": "1.1"}
    assert later.pins(THIS) == {"core": "1.2"}


def test_without_a_day_nothing_is_hidden():
    assert until(None) == []


def test_what_uv_says_of_the_clash_is_one_line_even_when_nothing_in_it_is_known():
    assert resolver._reason("Because\n  it is\n so. hint: try", ("apple",)) == "it is so."
