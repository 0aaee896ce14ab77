"""Prints where uv is; fetches it into the checkout when the machine has none.

Runs before anything is installed: standard library only, no pip. Which uv, from where and with which hash is read
from uv.lock, like every other package of the project.

Usage: get_uv.py CHECKOUT
"""

import hashlib
import http.client
import io
import os
import platform
import re
import shutil
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path
from typing import Any

import tomllib

OLDEST = (0, 8)  # as [tool.uv] required-version in pyproject.toml


def main(checkout: Path) -> str:
    """The path of a uv that can read this project's lock."""
    installed = shutil.which("uv")
    if installed and _version(installed) >= OLDEST:
        return installed
    package = _locked(checkout / "uv.lock")
    private = checkout / ".preflight" / f"uv-{package['version']}" / "uv"
    if not private.exists():
        _unpack(_download(_wheel(package["wheels"])), private)
    return str(private)


def _version(program: str) -> tuple[int, ...]:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    return tuple(int(number) for number in re.findall(r"\d+", said)[:2])


def _locked(lock: Path) -> dict[str, Any]:
    packages = tomllib.loads(lock.read_text())["package"]
    return next(package for package in packages if package["name"] == "uv")


def _wheel(wheels: list[dict[str, str]]) -> dict[str, str]:
    """The wheel for this machine, by the platform tag at the end of its name."""
    system = "macosx" if sys.platform == "darwin" else "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    for wheel in wheels:
        if re.search(rf"[-.]{system}[^-]*_{platform.machine()}\.", wheel["url"]):
            return wheel
    raise SystemExit(f"preflight: no uv for {system} on {platform.machine()}: install uv and run this again")


def _download(wheel: dict[str, str]) -> bytes:
    try:
        with urllib.request.urlopen(wheel["url"], timeout=60) as answer:  # noqa: S310 - the lock's own address
            content: bytes = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise SystemExit(f"preflight: could not fetch uv ({error}): install uv and run this again") from error
    if "sha256:" + hashlib.sha256(content).hexdigest() != wheel["hash"]:
        raise SystemExit("preflight: the uv that was fetched is not the one in uv.lock: refused")
    return content


def _unpack(wheel: bytes, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        member = next(name for name in archive.namelist() if name.endswith("/scripts/uv"))
        beside = target.with_name(f"uv.{os.getpid()}")  # two doors may open at once
        beside.write_bytes(archive.read(member))
    beside.chmod(0o755)
    beside.replace(target)


if __name__ == "__main__":
    print(main(Path(sys.argv[1])))
