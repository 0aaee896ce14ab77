"""The environment of a lock: built once, kept by the lock's hash, and never half-honoured."""

import csv
import fcntl
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from packaging.utils import canonicalize_name

from harness.errors import PreflightError
from harness.stack.lock import Lock, moved
from harness.stack.pythons import Python
from harness.stack.uv import Uv

STAMP = "preflight.complete"
BROUGHT_BY_UV = {"_virtualenv.py", "_virtualenv.pth"}


def build(folder: Path, lock: Lock, python: Python, uv: Uv, until: list[str]) -> Path:
    """An environment in `folder` that holds exactly what `lock` pins; returns its interpreter.

    One that is there is checked file by file and rebuilt when it differs. `until` limits by day the build tools that
    source-only packages need. Raises PreflightError when even a fresh one differs.
    """
    with alone(folder):
        whole = (folder / STAMP).exists() and (folder / "bin" / "python").exists()
        if not whole or differences(folder, lock.pins(python)):
            _install(folder, lock, python, uv, until)
    return folder / "bin" / "python"


def differences(folder: Path, pins: dict[str, str]) -> list[str]:
    """In what an environment differs from its pins, one sentence each: packages, changed files, files of no package."""
    site = next(folder.glob("lib/python3.*/site-packages"), None)
    if site is None:
        return [f"{folder} is not an environment"]
    installed, recorded, changed = _inventory(site)
    wrong = [f"{name}: {old or 'absent'}, not {new or 'absent'}" for name, (new, old) in moved(pins, installed).items()]
    strangers = [path for path in _files(site) if path not in recorded]
    return wrong + changed + [f"{path}: of no package" for path in sorted(strangers)]


def _install(folder: Path, lock: Lock, python: Python, uv: Uv, until: list[str]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    uv.run(["venv", "--quiet", "--python", python.path, folder])
    # Copies, not links: a link would let a change in one environment reach uv's cache, and from there all others.
    requirements = folder / "lock"
    requirements.write_text(lock.text)
    sync = ["pip", "sync", "--quiet", "--require-hashes", "--link-mode", "copy", "--compile-bytecode", *until]
    uv.run([*sync, "--python", folder / "bin" / "python", requirements])
    if wrong := differences(folder, lock.pins(python)):
        raise PreflightError(f"{folder}: differs from its lock even when fresh: {'; '.join(wrong[:3])}")
    (folder / STAMP).touch()


def _inventory(site: Path) -> tuple[dict[str, str], set[str], list[str]]:
    """Installed packages, the files that belong to them, and what is wrong with those files."""
    installed: dict[str, str] = {}
    recorded: set[str] = set()
    wrong: list[str] = []
    for record in site.glob("*.dist-info/RECORD"):
        name, _, version = record.parent.name.removesuffix(".dist-info").rpartition("-")
        installed[canonicalize_name(name)] = version
        for path, expected, _size in csv.reader(record.read_text().splitlines()):
            recorded.add(path)
            if expected and _digest(site / path) != expected:
                wrong.append(f"{path}: changed or gone")
    return installed, recorded, wrong


def _digest(path: Path) -> str | None:
    """A file's hash the way RECORD writes it (packaging.python.org, 'Recording installed projects')."""
    try:
        return "sha256=" + urlsafe_b64encode(sha256(path.read_bytes()).digest()).rstrip(b"=").decode()
    except OSError:
        return None


def _files(site: Path) -> Iterator[str]:
    for path in site.rglob("*"):
        if path.is_file() and path.parent.name != "__pycache__" and path.name not in BROUGHT_BY_UV:
            yield str(path.relative_to(site))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a lock file beside the folder, so that two gates never build into it at once."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(folder.name + ".busy").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
