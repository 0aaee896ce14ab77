"""What several of the harness's own tests need."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from harness.services.base import Service

ROOT = Path(__file__).resolve().parents[2]
HANG = 60  # seconds after which something hangs; nothing is measured with it


def missing(what: str) -> NoReturn:
    """Skip for the want of something, with the reason; on CI, where all must be there, fail."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@contextmanager
def short_folder() -> Iterator[Path]:
    """A folder with a path short enough for sockets, that every user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="pf-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_python(
    code: str, *arguments: str, python: str = sys.executable, flags: Sequence[str] = (), **environment: str
) -> "subprocess.Popen[str]":
    """Start a Python program of a few lines that can import the harness; it is the caller's to end."""
    return subprocess.Popen(
        [python, *flags, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def exit_code(service: Service) -> int:
    """How the main process of a service that is down has ended."""
    if service.provider == "container":
        return service._container.wait()["StatusCode"]
    return service._child.exit_code()


def processes_below(folder: Path) -> list[int]:
    """The processes that work in a folder or below it, even when it has been deleted."""
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _works_below(entry, folder)]


def _works_below(process: Path, folder: Path) -> bool:
    try:
        return str((process / "cwd").readlink()).startswith(str(folder))
    except OSError:
        return False
