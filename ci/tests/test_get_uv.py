"""Finding uv, or fetching the one that the lock names."""

import hashlib
import io
import re
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import tomllib

from ci import get_uv
from ci.tests.helpers import ROOT

SCRIPT = b"#!/bin/sh\necho 'uv 9.9.9'\n"


def wheel(content: bytes = SCRIPT) -> bytes:
    """A wheel of uv with a script in uv's place."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        archive.writestr("uv-9.9.9.data/scripts/uvx", "not this one")
        archive.writestr("uv-9.9.9.data/scripts/uv", content)
    return kept.getvalue()


def checkout(folder: Path, url: str, content: bytes) -> Path:
    """A checkout whose lock names one wheel for this machine, with the hash of `content`."""
    name = f"uv-9.9.9-py3-none-manylinux_2_17_{get_uv.platform.machine()}.whl"
    digest = hashlib.sha256(content).hexdigest()
    (folder / "uv.lock").write_text(
        f'[[package]]\nname = "uv"\nversion = "9.9.9"\n'
        f'wheels = [{{ url = "{url}/{name}", hash = "sha256:{digest}" }}]\n'
    )
    (folder / name).write_bytes(wheel())
    return folder


@pytest.fixture(autouse=True)
def path(monkeypatch, tmp_path):
    """A PATH with nothing on it but what a test puts there, on a Linux with glibc."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}")
    monkeypatch.setattr(get_uv.sys, "platform", "linux")
    monkeypatch.setattr(get_uv.platform, "libc_ver", lambda: ("glibc", "2.36"))
    return folder


def installed(folder: Path, says: str, code: int = 0) -> str:
    """A uv on the PATH that says a version."""
    (folder / "uv").write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    (folder / "uv").chmod(0o755)
    return str(folder / "uv")


@pytest.fixture
def fetched(tmp_path, monkeypatch):
    """The path of the uv that would be fetched; every download is one of our wheel from a file."""
    folder = checkout(tmp_path, tmp_path.as_uri(), wheel())
    return folder, str(folder / ".preflight" / "uv-9.9.9" / "uv")


@pytest.mark.parametrize("says", ["uv 0.8.0", "uv 0.13.9 (x86_64-unknown-linux-gnu)", "uv 1.0.0"])
def test_a_uv_that_is_there_and_new_enough_is_used(path, fetched, says):
    there = installed(path, says)

    assert get_uv.main(fetched[0]) == there


@pytest.mark.parametrize("says", ["uv 0.7.22", "uv 0.4.30 (abc 2024-11-04)", "", "command not found"])
def test_a_uv_that_is_too_old_or_broken_is_not_used(path, fetched, says):
    installed(path, says)

    assert get_uv.main(fetched[0]) == fetched[1]


def test_the_oldest_that_is_used_is_the_one_that_the_project_asks_for():
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["required-version"]

    assert wanted == ">=" + ".".join(map(str, get_uv.OLDEST))


def test_one_that_is_fetched_can_be_run_and_is_fetched_once(fetched):
    folder, private = fetched
    assert get_uv.main(folder) == private
    assert get_uv._version(private) == (9, 9)

    for name in folder.glob("*.whl"):
        name.unlink()
    assert get_uv.main(folder) == private
    assert [one.name for one in Path(private).parent.iterdir()] == ["uv"]


def test_a_wheel_with_another_hash_is_refused_and_nothing_is_kept(tmp_path):
    folder = checkout(tmp_path, tmp_path.as_uri(), wheel(b"what was locked"))

    with pytest.raises(SystemExit, match=r"not the one in uv\.lock: refused"):
        get_uv.main(folder)
    assert not (folder / ".preflight").exists()


def test_a_wheel_that_is_not_there_says_what_to_do(tmp_path):
    folder = checkout(tmp_path, (tmp_path / "nowhere").as_uri(), wheel())

    with pytest.raises(SystemExit, match=r"could not fetch uv .*install uv"):
        get_uv.main(folder)


class Answer(BaseHTTPRequestHandler):
    """Serves what the server holds; may promise more than it sends."""

    def do_GET(self):
        """Send the server's content."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.content) + self.server.missing))
        self.end_headers()
        self.wfile.write(self.server.content)

    def log_message(self, *arguments):
        """Keep quiet."""


@pytest.fixture
def server():
    """An HTTP server on loopback with `content` to give, of which `missing` bytes never come."""
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        server.content, server.missing = wheel(), 0
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def address(server) -> str:
    """Where a server listens."""
    return "http://{}:{}".format(*server.server_address)


def test_a_wheel_is_fetched_from_where_the_lock_says(tmp_path, server):
    folder = checkout(tmp_path, address(server), wheel())

    assert get_uv._version(get_uv.main(folder)) == (9, 9)


def test_a_server_that_gives_another_wheel_is_refused(tmp_path, server):
    server.content = wheel(b"something else")

    with pytest.raises(SystemExit, match="refused"):
        get_uv.main(checkout(tmp_path, address(server), wheel()))


def test_a_download_that_breaks_off_says_what_to_do(tmp_path, server):
    server.missing = 10

    with pytest.raises(SystemExit, match="install uv"):
        get_uv.main(checkout(tmp_path, address(server), wheel()))


@pytest.mark.parametrize(
    ("system", "libc", "machine", "tag"),
    [
        ("linux", ("glibc", "2.36"), "x86_64", "manylinux_2_17_x86_64"),
        ("linux", ("glibc", "2.36"), "aarch64", "manylinux_2_17_aarch64"),
        ("linux", ("glibc", "2.36"), "armv7l", "manylinux_2_17_armv7l"),
        ("linux", ("glibc", "2.36"), "i686", "manylinux_2_17_i686"),
        ("linux", ("glibc", "2.36"), "s390x", "manylinux_2_17_s390x"),
        ("linux", ("", ""), "x86_64", "musllinux_1_1_x86_64"),
        ("linux", ("", ""), "aarch64", "musllinux_1_1_aarch64"),
        ("linux", ("musl", "1.2.5"), "x86_64", "musllinux_1_1_x86_64"),
        ("linux", ("libc", ""), "x86_64", "musllinux_1_1_x86_64"),
        ("darwin", ("", ""), "arm64", "macosx_11_0_arm64"),
        ("darwin", ("", ""), "x86_64", "macosx_10_12_x86_64"),
    ],
)
def test_the_wheel_for_a_machine_is_found_in_the_projects_own_lock(monkeypatch, system, libc, machine, tag):
    monkeypatch.setattr(get_uv.sys, "platform", system)
    monkeypatch.setattr(get_uv.platform, "libc_ver", lambda: libc)
    monkeypatch.setattr(get_uv.platform, "machine", lambda: machine)

    found = get_uv._wheel(get_uv._locked(ROOT / "uv.lock")["wheels"])

    assert tag in found["url"].rpartition("/")[2]
    assert re.fullmatch("sha256:[0-9a-f]{64}", found["hash"])


@pytest.mark.parametrize(("system", "machine"), [("linux", "sparc64"), ("darwin", "ppc"), ("linux", "")])
def test_a_machine_without_a_wheel_is_told_to_install_uv(monkeypatch, system, machine):
    monkeypatch.setattr(get_uv.sys, "platform", system)
    monkeypatch.setattr(get_uv.platform, "machine", lambda: machine)

    with pytest.raises(SystemExit, match="install uv and run this again"):
        get_uv._wheel(get_uv._locked(ROOT / "uv.lock")["wheels"])
