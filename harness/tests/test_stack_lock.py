"""A lock: the exact release and hashes of every package."""

from pathlib import Path

import pytest

from harness.stack.lock import Lock, moved
from harness.stack.pythons import Python

LOCK = Lock("""\
# stack: some
# python: 3.11
# as of: 2023-12-15
amqp==5.2.0 \\
    --hash=sha256:827c \\
    --hash=sha256:a1ec
Django_Celery.Beat==2.5.0 --hash=sha256:00
backports-zoneinfo==0.2.1 ; python_full_version < '3.9' \\
    --hash=sha256:01
django==5.2.8 ; python_full_version < '3.12' \\
    --hash=sha256:02
django==6.0 ; python_full_version >= '3.12' \\
    --hash=sha256:03
psycopg[binary]==3.1.15
tzdata==2023.3 ; sys_platform == 'win32'
async-timeout==4.0.3 ; python_version < '3.11' and python_full_version >= '3.11.3'
exceptiongroup==1.2.0 ; python_version < '3.11'
typing-extensions==4.9.0 ; python_full_version < '3.11.3'
""")


def python(version: str) -> Python:
    """A Python of that version."""
    return Python(Path("/no/python"), version)


def test_pins_have_canonical_names_and_no_hashes_or_extras():
    pins = LOCK.pins(python("3.11.7"))

    assert pins == {
        "amqp": "5.2.0",
        "django-celery-beat": "2.5.0",
        "django": "5.2.8",
        "psycopg": "3.1.15",
    }


@pytest.mark.parametrize(
    ("version", "django"), [("3.11.99", "5.2.8"), ("3.12.0", "6.0"), ("3.13.1", "6.0"), ("3.9.18", "5.2.8")]
)
def test_markers_are_those_of_the_stacks_python_not_of_ours(version, django):
    assert LOCK.pins(python(version))["django"] == django


@pytest.mark.parametrize(("version", "there"), [("3.10.13", True), ("3.11.0", False), ("3.9.0", True)])
def test_markers_see_the_minor_version_by_number(version, there):
    assert ("exceptiongroup" in LOCK.pins(python(version))) is there


@pytest.mark.parametrize(("version", "there"), [("3.11.2", True), ("3.11.3", False), ("3.11.10", False)])
def test_markers_see_the_whole_version(version, there):
    assert ("typing-extensions" in LOCK.pins(python(version))) is there


def test_packages_of_other_systems_are_left_out():
    assert "tzdata" not in LOCK.pins(python("3.12.0"))


def test_the_header_tells_python_and_day():
    assert (LOCK.header("python"), LOCK.header("as of")) == ("3.11", "2023-12-15")
    assert Lock("amqp==5.2.0\n").header("python") is None


def test_the_digest_stands_for_the_whole_content():
    assert len(LOCK.digest) == 12
    assert Lock(LOCK.text).digest == LOCK.digest
    assert Lock(LOCK.text.replace("827c", "827d")).digest != LOCK.digest


def test_a_lock_does_not_show_its_whole_text():
    assert "827c" not in repr(LOCK)


def test_what_moved_is_told_with_both_versions():
    before = {"same": "1", "up": "1", "gone": "1"}

    assert moved(before, {"same": "1", "up": "2", "new": "1"}) == {
        "gone": ("1", None),
        "new": (None, "1"),
        "up": ("1", "2"),
    }
    assert moved(before, before) == {}
