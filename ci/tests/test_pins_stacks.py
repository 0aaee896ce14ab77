"""From a team's pins to a stack, with the real resolver."""

import datetime as dt

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from ci.checkout import CACHE, STACKS
from ci.pins.arms import PinOptions
from ci.pins.listing import Listing
from ci.pins.requirements_txt import read_requirements_txt
from ci.pins.stacks import PLAN, Pins, python_for
from harness.errors import Unresolvable, UsageError
from harness.reaper import Reaper
from harness.stack import pythons
from harness.stack.store import Store

PAIR = "celery[redis]==5.6.3\nredis==5.2.1\nDjango==4.2.8\n"


@pytest.fixture(scope="module")
def store():
    """The committed stacks."""
    with Reaper() as reaper:
        yield Store(STACKS, CACHE, reaper)


def mine(text: str) -> Listing:
    """The listing of a requirements.txt."""
    return read_requirements_txt("mine.txt", {"mine.txt": text}.__getitem__, "mine.txt")


def made(store: Store, text: str, as_of: dt.date | None = None):
    """The stack of a requirements.txt."""
    return Pins(mine(text), as_of).stack(store)


def frozen(store: Store, name: str) -> str:
    """`pip freeze` of a committed stack."""
    return "\n".join(f"{package}=={version}" for package, version in store.get(name).pins.items())


def test_a_freeze_is_taken_version_by_version_and_the_rest_is_named(store):
    stack = made(store, frozen(store, "plan-2023") + "\nrequests==2.31.0\nown-of-ours==1\n")

    assert stack.pins == store.get("plan-2023").pins
    assert stack.name == "mine.txt"
    assert any("2 ignored: own-of-ours, requests" in note for note in stack.notes)
    assert not any("not pinned" in note for note in stack.notes)


def test_what_a_range_leaves_open_is_resolved_and_said(store):
    stack = made(store, PAIR)

    pinned = {"celery": "5.6.3", "redis": "5.2.1", "django": "4.2.8"}
    assert {package: stack.pins[package] for package in pinned} == pinned
    [open_] = [note for note in stack.notes if "not pinned" in note]
    assert f"kombu {stack.pins['kombu']}" in open_


def test_as_of_a_day_nothing_newer_is_taken(store):
    stack = made(store, "celery==5.3.6\nredis==5.0.1\nDjango==4.2.8\ndjango-celery-beat==2.5.0", dt.date(2023, 12, 15))

    assert stack.pins["kombu"] == "5.3.4"
    assert any("as of 2023-12-15" in note for note in stack.notes)


def test_what_another_package_brings_along_counts_because_it_is_installed_too(store):
    """kombu 5.7 needs `packaging` and asks for it in its redis extra only; gunicorn 21 does ask. (kombu PR #2524)"""
    text = "celery==5.7.0\nredis==8.1.0\n"

    assert "packaging" not in made(store, text).pins
    assert "packaging" in made(store, text + "gunicorn==21.2.0\n").pins


def test_a_package_that_no_index_here_has_does_not_stand_in_the_way(store):
    stack = made(store, PAIR + "no-such-package-of-ours==1.0\n")

    assert stack.pins["celery"] == "5.6.3"
    assert any("some of it is not on the index here" in note for note in stack.notes)


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("celery==5.6.3\nkombu==5.3.4", ("celery==5.6.3", "kombu==5.3.4")),
        ("celery[redis]==5.7.0\nredis==5.0.1\nrequests", ("celery[redis]==5.7.0", "redis==5.0.1")),
        ("celery==5.6.3\n-c limits.txt", ("celery==5.6.3", "kombu")),
        ("celery==5.6.3\nflower==2.0.1\nclick==7.0", ("celery==5.6.3", "click==7.0")),
        ("celery==99.0", ("celery==99.0",)),
    ],
)
def test_what_cannot_be_installed_together_is_named_in_one_line(store, text, pair):
    files = {"mine.txt": text, "limits.txt": "kombu<5.4"}
    listing = read_requirements_txt("mine.txt", files.__getitem__, "mine.txt")

    with pytest.raises(Unresolvable) as caught:
        Pins(listing).stack(store)
    assert all(one in str(caught.value) for one in pair)
    assert "\n" not in str(caught.value)


def test_a_marker_of_another_python_or_system_does_not_apply(store):
    stack = made(store, PAIR + "kombu==5.3.4 ; python_version >= '3.13'\nclick==7.0 ; sys_platform == 'win32'\n")

    assert stack.pins["kombu"] != "5.3.4"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("flask\n", "names no celery"),
        (
            "celery @ git+https://me:secret@github.com/celery/celery\n",
            "celery comes from git+https://github.com/celery",
        ),
        ("celery\n-e git+ssh://git@host/kombu#egg=kombu", "kombu comes from"),
        (
            "celery\ngit+https://me:secret@github.com/celery/django-celery-beat@v2.6.0",
            "comes from git+https://github.com/celery/django-celery-beat@v2.6.0; a stack",
        ),
    ],
)
def test_what_no_stack_can_be_made_of_is_refused_before_anything_is_resolved(store, text, says):
    with pytest.raises(UsageError, match=says.replace("+", r"\+")) as caught:
        Pins(mine(text)).check(store)
    assert "secret" not in str(caught.value)


def test_a_set_for_a_newer_python_than_the_plans_is_resolved_on_the_python_that_is_asked_for(store, tmp_path):
    (tmp_path / "mine.txt").write_text("celery==5.6.3\nDjango==6.0.1\n")
    newest = pythons.found()[0].minor

    def stack(python: str | None):
        files = {"candidate": str(tmp_path / "mine.txt")}
        return PinOptions(files, None, None, None, None, python).pins()["candidate"].stack(store)

    found = stack(newest)
    assert (found.pins["django"], found.python.minor) == ("6.0.1", newest)
    with pytest.raises(Unresolvable):
        stack(None)


def test_the_plans_python_is_taken_where_the_file_allows_it_else_the_oldest_that_it_allows(store):
    plan = store.definition(PLAN).python
    allowed = [python.minor for python in reversed(pythons.found()) if python.version > "3.12"]

    def chosen(python: str) -> str:
        return python_for(Listing("x", (Requirement("celery"),), python=SpecifierSet(python)), store).minor

    assert (chosen(""), chosen(">=3.10")) == (plan, plan)
    assert chosen(">=3.12") == allowed[0]
    with pytest.raises(UsageError, match=r"asks for Python >=3\.99, and none is installed \(found: 3\."):
        chosen(">=3.99")


SEVERAL = [Requirement("celery==5.3.6"), Requirement("kombu==5.3.4"), Requirement("kombu==5.3.7")]


def test_a_lock_with_several_releases_of_a_package_is_refused_before_anything_is_resolved(store):
    with pytest.raises(UsageError, match=r"^uv.lock has several releases of kombu: give uv export --extra NAME"):
        Pins(Listing("uv.lock", tuple(SEVERAL), locked=True)).check(store)


@pytest.mark.parametrize(
    "second",
    ["kombu==5.3.7 ; python_version >= '3.13'", "kombu==5.3.4", "torch==2.5"],
    ids=["of another Python", "the same", "not the app's"],
)
def test_several_lines_of_a_lock_are_fine_where_one_applies_and_where_the_app_takes_none(store, second):
    lines = [*SEVERAL[:2], Requirement(second), Requirement("torch==2.6")]

    Pins(Listing("uv.lock", tuple(lines), locked=True)).check(store)


def test_several_releases_are_refused_of_what_only_the_celery_of_the_lock_needs_too(store):
    lines = [Requirement(one) for one in ("celery==5.2.7", "pytz==2023.3", "pytz==2024.1")]

    with pytest.raises(UsageError, match=r"^uv.lock has several releases of pytz"):
        Pins(Listing("uv.lock", tuple(lines), locked=True)).stack(store)
