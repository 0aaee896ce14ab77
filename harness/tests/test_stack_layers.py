"""Second places beside an environment: test tools and the web server. Out of a small project made by hand."""

import sys

import pytest

from harness.errors import PreflightError
from harness.stack import layers
from harness.stack.lock import Lock
from harness.stack.uv import Uv
from harness.tests.test_stack_wheels import THIS, locked, market, wheel

PROJECT = """
[dependency-groups]
stack-tools = ["tester"]
[tool.uv]
exclude-newer = "2026-11-22T23:59:59Z"
"""


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """A project whose lock holds a tester (which needs a helper and a core), a core and a web server."""
    wheels = market(tmp_path, monkeypatch)
    wheel(wheels, "tester", "1.0", "helper", "core")
    wheel(wheels, "tester", "2.0", "helper", "core")
    wheel(wheels, "helper", "1.0")
    wheel(wheels, "gunicorn", "1.0", "boxes")
    for version in ("1.5", "2.0"):
        wheel(wheels, "core", version)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    pins = {"tester": "1.0", "helper": "1.0", "core": "2.0", "gunicorn": "1.0"}
    text = "".join(f'[[package]]\nname = "{name}"\nversion = "{version}"\n' for name, version in pins.items())
    (tmp_path / "uv.lock").write_text(text)
    monkeypatch.setattr(layers, "PROJECT", tmp_path)
    return wheels


@pytest.fixture
def uv(reaper):
    """uv in a folder of its own."""
    return Uv(reaper)


@pytest.fixture
def lock(wheels):
    """A stack with an older core than the project's."""
    return Lock(locked(wheels / "core-1.5-py3-none-any.whl"))


def modules(folder) -> set[str]:
    """What can be imported from a folder."""
    return {path.stem for path in folder.glob("*.py")}


def test_tools_never_shadow_a_pin_and_bring_what_they_need(tmp_path, lock, uv):
    assert modules(layers.tools(tmp_path, lock, THIS, uv)) == {"tester", "helper"}


def test_tools_have_the_versions_of_the_projects_own_lock(tmp_path, lock, uv):
    folder = layers.tools(tmp_path, lock, THIS, uv)

    assert (folder / "tester.py").read_text() == "VERSION = '1.0'\n"


def test_tools_bring_a_package_that_the_stack_has_not(tmp_path, wheels, uv):
    lock = Lock(locked(wheels / "helper-1.0-py3-none-any.whl"))

    assert modules(layers.tools(tmp_path, lock, THIS, uv)) == {"tester", "core"}


def test_tools_that_cannot_live_with_the_pins_are_refused_rather_than_moving_one(tmp_path, wheels, lock, uv):
    for version in ("1.0", "2.0"):
        wheel(wheels, "tester", version, "core>=2")

    with pytest.raises(PreflightError, match="core"):
        layers.tools(tmp_path, lock, THIS, uv)


def test_a_pin_that_is_newer_than_the_projects_day_is_no_reason_for_older_tools(tmp_path, monkeypatch, uv):
    project = PROJECT.replace("tester", "pytest>=7").replace("2026-11-22", "2023-12-15")
    (tmp_path / "pyproject.toml").write_text(project)
    (tmp_path / "uv.lock").write_text("package = []")
    monkeypatch.setattr(layers, "PROJECT", tmp_path)
    lock = Lock("# python: 3.11\npackaging==24.1\n")  # of June 2024

    found = {path.name for path in layers.tools(tmp_path, lock, THIS, uv).glob("*.dist-info")}

    assert "pytest-7.4.3.dist-info" in found
    assert not any(name.startswith("packaging") for name in found)


def test_the_web_servers_folder_holds_the_web_server_alone(tmp_path, wheels, uv):
    folder = layers.web_server(tmp_path, THIS, uv)

    assert modules(folder) == {"gunicorn"}
    assert [path.name for path in folder.glob("*.dist-info")] == ["gunicorn-1.0.dist-info"]


def test_layers_are_made_once_for_each_lock_and_anew_when_cut_short(tmp_path, wheels, lock, uv):
    first = layers.tools(tmp_path, lock, THIS, uv)
    (first / "mark").touch()
    assert layers.tools(tmp_path, lock, THIS, uv) == first
    assert (first / "mark").exists()

    (first / layers.STAMP).unlink()
    assert layers.tools(tmp_path, lock, THIS, uv) == first
    assert not (first / "mark").exists()
    assert layers.tools(tmp_path, Lock(locked(wheels / "core-2.0-py3-none-any.whl")), THIS, uv) != first


def test_other_tools_of_the_project_are_another_folder(tmp_path, lock, uv):
    first = layers.tools(tmp_path, lock, THIS, uv)
    text = (tmp_path / "uv.lock").read_text()
    (tmp_path / "uv.lock").write_text(text.replace('tester"\nversion = "1.0"', 'tester"\nversion = "2.0"'))
    second = layers.tools(tmp_path, lock, THIS, uv)

    assert second != first
    assert (second / "tester.py").read_text() == "VERSION = '2.0'\n"


def test_the_real_project_names_its_tools_and_one_web_server():
    pins = layers._project_pins()

    assert {"pytest", "pytest-django", "freezegun", "pytest-timeout", "gunicorn"} <= set(pins)
    assert "pytest" in sys.modules
