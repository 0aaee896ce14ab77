"""Calling uv, at the version that the project pins."""

import itertools
import os
from collections.abc import Sequence
from pathlib import Path

import uv

from harness.errors import PreflightError
from harness.reaper import Reaper
from harness.spawn import spawn


class UvFailed(PreflightError):
    """uv ended with an error; the message is what it said, in as many lines as it took."""

    def __str__(self) -> str:
        return "uv: " + " ".join(super().__str__().split())

    @property
    def said(self) -> str:
        """uv's own words, line by line."""
        return str(self.args[0])


class Uv:
    """uv, with a folder of its own to work in. Ends with us like everything else that we start."""

    def __init__(self, reaper: Reaper) -> None:
        self._reaper = reaper
        self._folder = reaper.temporary_folder("uv")
        self._numbers = itertools.count(1)

    def new_file(self, text: str = "") -> Path:
        """A file for uv to read or write."""
        path = self._folder / f"{next(self._numbers)}.txt"
        path.write_text(text)
        return path

    def run(self, arguments: Sequence[str | Path]) -> None:
        """Run uv. Raises UvFailed with what it said.

        Its working folder is an empty one: inside the project it would apply the project's own [tool.uv] to the
        stacks. The user's settings and index stay in force.
        """
        environment = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
        environment |= {"UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1", "TMPDIR": str(self._folder)}  # its locks stay
        command = [uv.find_uv_bin(), *map(str, arguments)]
        log = self.new_file()
        child = spawn(command, name="uv", log=log, reaper=self._reaper, env=environment, cwd=self._folder)
        try:
            failed = child.popen.wait() != 0
        finally:
            child.kill()
        if failed:
            raise UvFailed(log.read_text(errors="replace").strip() or "uv ended without a word")
