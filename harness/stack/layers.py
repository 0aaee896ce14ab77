"""Second places beside an environment: the test tools of in-process scenarios, and the web server of the web process.

Neither is part of the app's pins, and neither may move one, so each is a plain folder that goes *behind* the
environment on the module path. The project's own lock says which versions they have.
"""

import shutil
from hashlib import sha256
from pathlib import Path

import tomllib

from harness.stack.environment import alone
from harness.stack.lock import Lock
from harness.stack.pythons import Python
from harness.stack.uv import Uv

PROJECT = Path(__file__).resolve().parents[2]
STAMP = "preflight.complete"
ANY_DAY = "9000-01-01"  # later than any release


def tools(cache: Path, lock: Lock, python: Python, uv: Uv) -> Path:
    """The folder with the test tools for one lock: resolved under its pins, holding nothing that it pins."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())
    wanted = "\n".join(project["dependency-groups"]["stack-tools"])
    day = project["tool"]["uv"]["exclude-newer"]
    key = sha256(f"{wanted}{day}{_project_pins()}{lock.text}{python}".encode()).hexdigest()[:12]
    folder = cache / "tools" / key
    with alone(folder):
        if not (folder / STAMP).exists():
            _fill(folder, _under(lock.pins(python), wanted, day, python, uv), python, uv)
    return folder


def _under(pins: dict[str, str], wanted: str, day: str, python: Python, uv: Uv) -> list[str]:
    """What `wanted` needs beside the pins, at the project's own versions where the pins allow those."""
    output = uv.new_file(_listed(_project_pins()))  # uv prefers the versions that its output file holds
    resolve = ["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--exclude-newer", day]
    resolve += [f"--exclude-newer-package={name}={ANY_DAY}" for name in pins]  # they may be of today: they are there
    constraints = ["--constraints", str(uv.new_file(_listed(pins)))]
    uv.run([*resolve, "--python", python.path, *constraints, "--output-file", output, uv.new_file(wanted)])
    return [line for line in output.read_text().splitlines() if line.partition("==")[0] not in pins]


def _listed(pins: dict[str, str]) -> str:
    return "\n".join(f"{name}=={version}" for name, version in pins.items())


def web_server(cache: Path, python: Python, uv: Uv) -> Path:
    """The folder with gunicorn alone.

    Its one dependency, `packaging`, is left out on purpose: only its gevent workers import it, and beside the app it
    would hide that kombu 5.7 needs it and asks for it in an extra only (kombu PR #2524).
    """
    gunicorn = f"gunicorn=={_project_pins()['gunicorn']}"
    folder = cache / "web" / sha256(f"{gunicorn}{python}".encode()).hexdigest()[:12]
    with alone(folder):
        if not (folder / STAMP).exists():
            _fill(folder, [gunicorn], python, uv)
    return folder


def _fill(folder: Path, requirements: list[str], python: Python, uv: Uv) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    install = ["pip", "install", "--quiet", "--no-deps", "--link-mode", "copy", "--compile-bytecode"]
    uv.run([*install, "--python", python.path, "--target", folder, *requirements])
    (folder / STAMP).touch()


def _project_pins() -> dict[str, str]:
    """Package -> version from uv.lock; a package with several versions (by marker) is left to the resolver."""
    packages = tomllib.loads((PROJECT / "uv.lock").read_text())["package"]
    names = [package["name"] for package in packages]
    return {one["name"]: one["version"] for one in packages if names.count(one["name"]) == 1}
