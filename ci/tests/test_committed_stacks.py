"""The stacks of this repository."""

from datetime import date
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ci.checkout import STACKS
from harness.stack.definition import read
from harness.stack.lock import Lock
from harness.stack.pythons import Python

NAMES = sorted(path.stem for path in STACKS.glob("*.toml"))
MINORS = ("3.10", "3.11", "3.12", "3.13", "3.14")


def lock(name: str) -> Lock:
    """A committed lock."""
    return Lock((STACKS / f"{name}.lock").read_text())


def pythons(name: str) -> list[Python]:
    """The Pythons that a stack may run on."""
    wanted = read(STACKS / f"{name}.toml").python
    return [Python(Path("/no/python"), f"{minor}.0") for minor in (MINORS if wanted == "newest" else (wanted,))]


def test_every_stack_has_a_lock_and_every_lock_a_stack():
    assert NAMES
    assert sorted(path.stem for path in STACKS.glob("*.lock")) == NAMES


def test_the_gates_own_defaults_are_there():
    assert {"plan-2023", "latest"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_agrees_with_its_stack_on_python_and_day(name):
    wanted = read(STACKS / f"{name}.toml")

    assert lock(name).header("python") == wanted.python
    assert lock(name).header("as of") == (wanted.as_of or date.fromisoformat(lock(name).header("as of"))).isoformat()


@pytest.mark.parametrize("name", NAMES)
def test_every_requirement_is_pinned_to_a_version_that_satisfies_it(name):
    for python in pythons(name):
        pins = lock(name).pins(python)
        for requirement in map(Requirement, read(STACKS / f"{name}.toml").requirements):
            version = pins[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), (python, requirement)


@pytest.mark.parametrize("name", NAMES)
def test_every_release_has_its_hashes(name):
    lines = lock(name).text.replace("\\\n", " ").splitlines()

    assert all("--hash=sha256:" in line for line in lines if line and not line.startswith("#"))


@pytest.mark.parametrize("path", sorted(STACKS.iterdir()), ids=lambda path: path.name)
def test_no_stack_holds_a_web_address(path):
    assert "http" not in path.read_text().lower()


def test_the_baseline_is_what_was_installed_on_its_day():
    pins = lock("plan-2023").pins(*pythons("plan-2023"))
    known = {"kombu": "5.3.4", "click": "8.1.7", "redis": "5.0.1", "django": "4.2.8", "celery": "5.3.6"}

    assert {name: pins[name] for name in known} == known


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("celery-")])
def test_a_stack_named_after_a_celery_has_that_celery(name):
    for python in pythons(name):
        assert lock(name).pins(python)["celery"].startswith(name.removeprefix("celery-") + ".")


@pytest.mark.parametrize("name", NAMES)
def test_no_stack_holds_what_the_gate_brings_itself(name):
    tools = {"pytest", "pytest-django", "freezegun", "pytest-timeout", "gunicorn"}
    for python in pythons(name):
        assert not tools & set(lock(name).pins(python))
