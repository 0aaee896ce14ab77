"""The shell script in front of the door, in a small checkout of its own."""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ci.tests.helpers import ROOT

DOOR = "import sys; print(sys.argv[1:])"


def program(path: Path, script: str) -> None:
    """A program of a few shell lines."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def checkout(tmp_path):
    """A checkout whose door only shows its arguments, with an empty home and a PATH of its own."""
    for folder in ("root/ci", "root/.venv/bin", "home", "path"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("preflight", "get_uv.py"):
        shutil.copy(ROOT / "ci" / name, tmp_path / "root" / "ci")
    (tmp_path / "root" / "ci" / "__main__.py").write_text(DOOR)
    (tmp_path / "root" / ".venv" / "bin" / "python").symlink_to(sys.executable)
    for name in ("sh", "env", "dirname", "mkdir"):
        (tmp_path / "path" / name).symlink_to(shutil.which(name))
    program(tmp_path / "path" / "python3.12", f'exec "{sys.executable}" "$@"')
    program(tmp_path / "path" / "uv", uv("0.13.9"))
    return tmp_path


def uv(version: str, code: int = 0) -> str:
    """A uv that keeps its arguments and whose `sync` ends with `code`."""
    return f"""
if [ "$1" = --version ]; then echo "uv {version}"; exit; fi
echo "$@" "${{VIRTUAL_ENV-unset}}" "$UV_PYTHON_DOWNLOADS" "$TMPDIR" >"$HOME/uv"
exit {code}"""


def preflight(checkout: Path, *arguments: str):
    """Call the script from another folder."""
    environment = {"PATH": str(checkout / "path"), "HOME": str(checkout / "home"), "VIRTUAL_ENV": "/ours"}
    command = [checkout / "root" / "ci" / "preflight", *arguments]
    return subprocess.run(command, env=environment, cwd=checkout / "home", capture_output=True, text=True, check=False)


def test_arguments_arrive_as_they_are(checkout):
    done = preflight(checkout, "gate", "a b", "$HOME", "*", "")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "['gate', 'a b', '$HOME', '*', '']\n"


def test_the_environment_is_made_as_locked_with_a_python_of_this_machine_whatever_is_active(checkout):
    preflight(checkout)

    said = (checkout / "home" / "uv").read_text()
    kept = checkout / "root" / ".preflight"
    assert said == f"sync --quiet --locked --project {checkout / 'root'} --python python3.12 unset never {kept}\n"


def test_an_environment_that_cannot_be_made_is_no_answer(checkout):
    program(checkout / "path" / "uv", uv("0.13.9", code=1))
    done = preflight(checkout)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("preflight: could not make the project environment")


@pytest.mark.parametrize("old", ["exit 1", "exec false"], ids=["none", "broken"])
def test_a_machine_without_a_python_that_is_new_enough_is_told_so(checkout, old):
    program(checkout / "path" / "python3.12", old)
    program(checkout / "path" / "python3", "exit 127")
    done = preflight(checkout)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("preflight: needs a Python 3.11 or later")
    assert done.stderr.count("\n") == 1


def test_a_python_that_pyenv_has_but_does_not_show_is_found(checkout):
    hidden = checkout / "home" / ".pyenv" / "versions" / "3.11.7" / "bin"
    hidden.mkdir(parents=True)
    (checkout / "path" / "python3.12").rename(hidden / "python3")

    assert preflight(checkout, "found").stdout == "['found']\n"


def test_a_uv_that_is_too_old_is_replaced_by_the_locked_one_or_nothing_goes_on(checkout):
    program(checkout / "path" / "uv", uv("0.4.0"))
    gone = (checkout / "gone.whl").as_uri()
    machine = platform.machine()
    wheels = ", ".join(
        f'{{ url = "{gone}-{system}_1_{machine}.whl", hash = "sha256:0" }}'
        for system in ("manylinux", "musllinux", "macosx")
    )
    lock = f'[[package]]\nname = "uv"\nversion = "9.9.9"\nwheels = [{wheels}]\n'
    (checkout / "root" / "uv.lock").write_text(lock)
    done = preflight(checkout)

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("preflight: could not fetch uv")
    assert not (checkout / "home" / "uv").exists()
