"""Packages made by hand, so that stacks can be resolved and built without any network; and that uv takes them."""

import base64
import hashlib
import json
import os
import platform
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from harness.reaper import Reaper
from harness.stack.pythons import Python
from harness.stack.uv import Uv

THIS = Python(Path(sys.executable), platform.python_version())


def wheel(
    folder: Path, name: str, version: str, *requires: str, python: str = ">=3.8", files: dict[str, str] | None = None
) -> Path:
    """A wheel with one module of the package's name that knows its version, or with other `files`."""
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\nRequires-Python: {python}\n"
    metadata += "".join(f"Requires-Dist: {line}\n" for line in requires)
    content = files or {f"{name}.py": f"VERSION = {version!r}\n"}
    content |= {f"{info}/METADATA": metadata}
    content |= {f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}
    record = "".join(f"{path},{_recorded(text)},{len(text)}\n" for path, text in content.items())
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, text in {**content, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(member, text)
    return path


def _recorded(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256=" + base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def market(folder: Path, monkeypatch: pytest.MonkeyPatch, settings: str = "") -> Path:
    """A folder for wheels that from now on is all that uv knows, with a cache of its own; `settings` of uv instead."""
    wheels = folder / "wheels"
    wheels.mkdir()
    for name in [name for name in os.environ if name.startswith("UV_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UV_CACHE_DIR", str(folder / "cache"))
    monkeypatch.setenv("UV_CONFIG_FILE", str(folder / "uv.toml"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    (folder / "uv.toml").write_text(settings or f'no-index = true\nfind-links = ["{wheels}"]\n')
    return wheels


def locked(*wheels: Path) -> str:
    """The text of a lock for these very files."""
    lines = []
    for path in wheels:
        name, version, *_ = path.name.split("-")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        lines.append(f"{name}=={version} \\\n    --hash=sha256:{digest}\n")
    return "".join(lines)


class Shelf(BaseHTTPRequestHandler):
    """A package index in the JSON form of PEP 691, with the times of upload of PEP 700."""

    def do_GET(self):
        """Give a page of the index, or a file."""
        path = self.server.folder / Path(self.path).name
        page = not path.name.endswith(".whl")
        content = json.dumps(self._page(path.name)).encode() if page else path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.pypi.simple.v1+json" if page else "application/zip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _page(self, name: str) -> dict:
        files = [
            {"filename": path.name, "url": f"/files/{path.name}", "hashes": {}, "upload-time": when}
            for path, when in self.server.uploaded.items()
            if path.name.startswith(f"{name}-")
        ]
        return {"meta": {"api-version": "1.1"}, "name": name, "files": files, "versions": []}

    def log_message(self, *arguments):
        """Keep quiet."""


@contextmanager
def index(folder: Path, uploaded: dict[Path, str]) -> Iterator[str]:
    """An index on loopback with wheels out of a folder and when each was uploaded; gives its address."""
    with HTTPServer(("127.0.0.1", 0), Shelf) as server:
        server.folder, server.uploaded = folder, uploaded
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield "http://{}:{}/simple".format(*server.server_address)
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def uv(reaper: Reaper) -> Uv:
    """uv in a folder of its own."""
    return Uv(reaper)


def test_a_package_made_by_hand_is_one_that_uv_installs(uv, tmp_path, monkeypatch):
    wheel(market(tmp_path, monkeypatch), "core", "1.5")
    uv.run(["pip", "install", "--target", tmp_path / "target", "core"])

    assert (tmp_path / "target" / "core.py").read_text() == "VERSION = '1.5'\n"


def test_uv_ends_with_what_it_said_when_it_fails(uv, tmp_path, monkeypatch):
    market(tmp_path, monkeypatch)

    with pytest.raises(Exception, match="nothing was not found") as caught:
        uv.run(["pip", "install", "--target", tmp_path / "target", "nothing"])
    assert type(caught.value).__name__ == "UvFailed"


def test_uv_does_not_take_the_settings_of_the_folder_we_are_in(uv, tmp_path, monkeypatch):
    wheel(market(tmp_path, monkeypatch), "core", "1.5")
    monkeypatch.delenv("UV_CONFIG_FILE")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "pyproject.toml").write_text('[tool.uv]\nrequired-version = ">=99"\n')
    monkeypatch.chdir(tmp_path / "here")

    uv.run(["pip", "install", "--no-index", "--find-links", tmp_path / "wheels", "--target", tmp_path / "t", "core"])
