"""The Python interpreters of this machine. Looks, never downloads."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from harness.errors import UsageError

OLDEST = (3, 10)  # the oldest Python that a stack may use
ASK = (
    "import json, platform, sys; print(json.dumps([sys.executable, platform.python_version(), "
    "platform.python_implementation(), sys.version_info.releaselevel]))"
)


@dataclass(frozen=True)
class Python:
    """An interpreter that answered when it was asked who it is."""

    path: Path
    version: str

    @property
    def minor(self) -> str:
        """'3.11' of '3.11.7'."""
        return ".".join(self.version.split(".")[:2])


@cache
def found() -> tuple[Python, ...]:
    """Every final CPython from 3.10 on that is installed, one for each minor version, newest first."""
    newest: dict[str, Python] = {}
    for python in filter(None, map(_ask, _candidates())):
        known = newest.get(python.minor)
        if known is None or _key(python.version) > _key(known.version):
            newest[python.minor] = python
    usable = (python for python in newest.values() if _key(python.version) >= OLDEST)
    return tuple(sorted(usable, key=lambda python: _key(python.version), reverse=True))


def find(wanted: str) -> Python:
    """The interpreter for '3.11', or the newest one for 'newest'. Raises UsageError, naming those that were found."""
    for python in found():
        if wanted in ("newest", python.minor):
            return python
    have = ", ".join(python.version for python in found()) or "none"
    raise UsageError(
        f"Python {wanted} is not installed (found: {have}). "
        f"Add it to PATH or with: uv python install {wanted} (or: pyenv install {wanted})"
    )


def _candidates() -> list[Path]:
    """Where interpreters live: PATH, and behind pyenv's and uv's backs (a pyenv shim refuses what is not selected)."""
    home = Path.home()
    folders = [Path(folder) for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    pyenv = Path(os.environ.get("PYENV_ROOT", home / ".pyenv"))
    folders += pyenv.glob("versions/*/bin")
    folders += Path(os.environ.get("UV_PYTHON_INSTALL_DIR", home / ".local/share/uv/python")).glob("*/bin")
    return [path for folder in folders for path in _interpreters(folder)]


def _interpreters(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("python3*") if re.fullmatch(r"python3(\.\d+)?", path.name))


def _ask(path: Path) -> Python | None:
    try:
        answer = subprocess.run([path, "-I", "-c", ASK], capture_output=True, timeout=20, check=True)
        executable, version, implementation, level = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return None
    base = _without_environment(Path(executable))
    return Python(base, version) if implementation == "CPython" and level == "final" else None


def _without_environment(executable: Path) -> Path:
    """The installed interpreter behind a virtual environment's, so that no stack rests on somebody's environment."""
    in_environment = (executable.parent.parent / "pyvenv.cfg").exists()
    return executable.resolve() if in_environment else executable


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
