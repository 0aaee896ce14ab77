"""The Python interpreters of this machine."""

import json
from pathlib import Path

import pytest

from harness.errors import UsageError
from harness.stack import pythons


@pytest.fixture(autouse=True)
def _fresh():
    """Nothing is remembered from before, nor afterwards."""
    pythons.found.cache_clear()
    yield
    pythons.found.cache_clear()


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """An empty machine: one folder on PATH, a home with nothing in it."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}::{tmp_path / 'nowhere'}")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PYENV_ROOT", raising=False)
    monkeypatch.delenv("UV_PYTHON_INSTALL_DIR", raising=False)
    return folder


def script(path: Path, lines: str) -> Path:
    """A program of a few shell lines."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return path


def fake(path: Path, version: str, *, kind: str = "CPython", level: str = "final", executable: str = "") -> Path:
    """An interpreter that answers when it is asked who it is."""
    return script(path, f"echo '{json.dumps([executable or str(path), version, kind, level])}'")


def versions() -> list[str]:
    """What is found, in its order."""
    return [python.version for python in pythons.found()]


def test_interpreters_are_found_newest_first_by_number_not_by_spelling(machine):
    for version in ("3.10.13", "3.9.99", "3.100.0", "3.11.7"):
        fake(machine / f"python{version.rpartition('.')[0]}", version)

    assert versions() == ["3.100.0", "3.11.7", "3.10.13"]


def test_of_one_minor_version_the_newest_is_taken_wherever_it_is(machine, tmp_path):
    fake(machine / "python3.11", "3.11.9")
    fake(machine / "python3", "3.11.2")
    newest = fake(tmp_path / "home" / ".pyenv" / "versions" / "3.11.10" / "bin" / "python3.11", "3.11.10")

    assert pythons.found() == (pythons.Python(newest, "3.11.10"),)


@pytest.mark.parametrize("place", [".pyenv/versions/x/bin", ".local/share/uv/python/x/bin"])
def test_interpreters_behind_the_back_of_pyenv_and_uv_are_found(machine, tmp_path, place):
    fake(tmp_path / "home" / place / "python3.12", "3.12.1")

    assert versions() == ["3.12.1"]


@pytest.mark.parametrize(("variable", "place"), [("PYENV_ROOT", "versions/x/bin"), ("UV_PYTHON_INSTALL_DIR", "x/bin")])
def test_pyenv_and_uv_may_be_somewhere_else(machine, tmp_path, monkeypatch, variable, place):
    monkeypatch.setenv(variable, str(tmp_path / "else"))
    fake(tmp_path / "else" / place / "python3.12", "3.12.1")

    assert versions() == ["3.12.1"]


@pytest.mark.parametrize(
    "lines",
    [
        "echo 'pyenv: python3.12: command not found' >&2; exit 127",
        "exit 0",
        "echo Python 3.12.1",
        "echo '[]'",
        "echo 3",
        "echo '\"3.12.1\"'",
        "kill -9 $$",
    ],
)
def test_a_shim_that_does_not_answer_is_passed_over(machine, lines):
    script(machine / "python3.12", lines)
    fake(machine / "python3.11", "3.11.7")

    assert versions() == ["3.11.7"]


def test_what_cannot_even_be_started_is_passed_over(machine):
    (machine / "python3.12").write_text("text")
    (machine / "python3.13").symlink_to(machine / "nowhere")
    (machine / "python3.10").mkdir()

    assert versions() == []


@pytest.mark.parametrize("level", ["alpha", "beta", "candidate"])
def test_pre_releases_are_left_out(machine, level):
    fake(machine / "python3.15", "3.15.0rc1", level=level)
    fake(machine / "python3.11", "3.11.7")

    assert pythons.find("newest").version == "3.11.7"


def test_other_implementations_are_left_out(machine):
    fake(machine / "python3.11", "3.11.7", kind="PyPy")

    assert versions() == []


@pytest.mark.parametrize(("version", "there"), [("3.9.18", False), ("3.10.0", True)])
def test_the_oldest_is_3_10(machine, version, there):
    fake(machine / "python3", version)

    assert (versions() == [version]) is there


@pytest.mark.parametrize("name", ["python", "python3.11-config", "python3.11m", "pypy3", "python2.7", "xpython3"])
def test_programs_of_other_names_are_not_even_asked(machine, name):
    script(machine / name, f"touch {machine}/asked")

    assert versions() == []
    assert not (machine / "asked").exists()


def test_an_interpreter_of_an_environment_stands_for_the_one_it_was_made_from(machine, tmp_path):
    base = fake(tmp_path / "base" / "bin" / "python3.11", "3.11.7")
    environment = tmp_path / "env" / "bin" / "python3.11"
    environment.parent.mkdir(parents=True)
    environment.symlink_to(base)
    (tmp_path / "env" / "pyvenv.cfg").touch()
    fake(machine / "python3.11", "3.11.7", executable=str(environment))

    assert pythons.found()[0].path == base


def test_one_is_found_by_its_minor_version_or_as_the_newest(machine):
    for version in ("3.11.7", "3.12.1"):
        fake(machine / f"python{version[:4]}", version)

    assert pythons.find("3.11").version == "3.11.7"
    assert pythons.find("newest").version == "3.12.1"
    assert pythons.find("3.12").minor == "3.12"


@pytest.mark.parametrize("wanted", ["3.13", "3.1", "3", "3.11.7", ""])
def test_one_that_is_not_there_is_named_with_those_that_are(machine, wanted):
    fake(machine / "python3.11", "3.11.7")
    fake(machine / "python3.12", "3.12.1")

    with pytest.raises(UsageError, match=rf"Python {wanted} is not installed \(found: 3\.12\.1, 3\.11\.7\)"):
        pythons.find(wanted)


def test_a_machine_without_any_says_so(machine):
    with pytest.raises(UsageError, match=r"\(found: none\)"):
        pythons.find("newest")


def test_the_interpreter_of_these_tests_is_among_those_of_this_machine():
    assert all(python.path.exists() for python in pythons.found())
    assert pythons.found()
