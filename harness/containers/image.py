"""The worker image of a stack: its environment, which was built from its lock, and the Python below it.

Nothing is pulled and nothing installed: both are copied from this machine to the same places in an otherwise empty
image, with the shared libraries that they are linked to. So it holds what the lock says, to the file, and needs no
registry and no package index. The app is not in it: it is mounted, because scenarios run it broken on purpose as well.
"""

import fcntl
import io
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from harness.processes.interpreter import Interpreter

APP = "/srv/app"  # where the app is mounted
USER = 1000
DOCKERFILE = f"""\
FROM scratch
COPY root/ /
USER {USER}
WORKDIR {APP}
"""
PASSWD = f"root:x:0:0::/:/bin/false\napp:x:{USER}:{USER}::/tmp:/bin/false\n"
GROUP = f"root:x:0:\napp:x:{USER}:\n"
ASK = "import json, sysconfig; print(json.dumps([sysconfig.get_path('stdlib'), sysconfig.get_path('platstdlib')]))"
LEFT_OUT = frozenset({"test", "idlelib", "ensurepip", "site-packages", "dist-packages"})  # of the standard library


def provide(client: Any, interpreter: Interpreter) -> str:
    """The name of the stack's image; built when the engine of `client` (docker.DockerClient) does not have it.

    Raises docker.errors.DockerException.
    """
    from docker.errors import ImageNotFound  # noqa: PLC0415 - only where containers are asked for

    made_of = Path(__file__).read_text() + interpreter.to_json()
    name = f"preflight-worker:{sha256(made_of.encode()).hexdigest()[:12]}"
    with _alone(python_inside(interpreter).parent):  # both sides of the gate may want it at once
        try:
            client.images.get(name)
        except ImageNotFound:
            with tempfile.TemporaryFile() as context:
                _write(context, interpreter)
                context.seek(0)
                client.images.build(fileobj=context, custom_context=True, tag=name, rm=True, forcerm=True)
    return name


def python_inside(interpreter: Interpreter) -> Path:
    """The environment's interpreter, inside as outside; links on the way to its folder are not followed inside."""
    python = Path(interpreter.python)
    return python.parent.resolve() / python.name


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _write(context: IO[bytes], interpreter: Interpreter) -> None:
    python = python_inside(interpreter)
    environment = python.parent.parent
    told = subprocess.run([python, "-I", "-c", ASK], check=True, capture_output=True, text=True).stdout
    library = {Path(folder) for folder in json.loads(told)}
    with tarfile.open(fileobj=context, mode="w") as archive:
        _add(archive, "Dockerfile", DOCKERFILE)
        _add(archive, "root/etc/passwd", PASSWD)
        _add(archive, "root/etc/group", GROUP)
        _add_folder(archive, "root/tmp", 0o1777)
        for path in {environment, *_links(python)}:
            _copy(archive, path)
        for folder in library:
            _copy(archive, folder, without=LEFT_OUT)
        own = (file for folder in library for file in folder.glob("lib-dynload/*.so"))
        for path in _libraries([python.resolve(), *own, *environment.rglob("*.so")]):
            archive.add(path.resolve(), f"root{path}")  # by the name that it is asked for, whatever it is a link to


def _links(path: Path) -> Iterator[Path]:
    """What a chain of links leads over, its end included."""
    while path.is_symlink():
        path = path.parent / path.readlink()
        yield path


def _libraries(files: Iterable[Path]) -> set[Path]:
    """The shared libraries of this system that programs and modules are linked to, and the loader."""
    ldd = shutil.which("ldd") or "/usr/bin/ldd"
    told = subprocess.run([ldd, *files], check=False, capture_output=True, text=True).stdout
    found = {Path(path) for path in re.findall(r"^\s+(?:\S+ => )?(/\S+) \(0x", told, re.MULTILINE)}
    return {path for path in found if "site-packages" not in path.parts}  # a package's own are where it is


def _copy(archive: tarfile.TarFile, path: Path, without: "frozenset[str]" = frozenset()) -> None:
    """A file, link or folder to its own place, owned by root and readable by all."""

    def readable(entry: tarfile.TarInfo) -> "tarfile.TarInfo | None":
        if entry.name.rpartition("/")[2] in without:
            return None
        entry.uid = entry.gid = 0
        entry.mode |= 0o555 if entry.isdir() or entry.mode & 0o100 else 0o444
        return entry

    archive.add(path, f"root{path}", filter=readable)


def _add(archive: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(text.encode()), 0o644
    archive.addfile(entry, io.BytesIO(text.encode()))


def _add_folder(archive: tarfile.TarFile, name: str, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, mode
    archive.addfile(entry)
