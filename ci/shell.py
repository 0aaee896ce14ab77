"""A shell into what a scenario has started."""

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from ci.suite import Watch
from harness import sessions
from harness.reaper import Reaper

# Runs its arguments in its own place, after asking the kernel to kill it when we end: prctl(2), PR_SET_PDEATHSIG.
ENDS_WITH_US = (
    "import ctypes, os, signal, sys; ctypes.CDLL(None).prctl(1, signal.SIGKILL); os.execv(sys.argv[1], sys.argv[1:])"
)
NOT_HANDED_ON = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "DJANGO_SETTINGS_MODULE")


@dataclass(frozen=True)
class Arm:
    """One stack with everything up: its commands' folder, the app, the folder of logs and the app's settings."""

    name: str
    stack: str
    bin: Path
    app: Path
    logs: Path
    settings: Mapping[str, str]

    def command(self) -> str:
        """A shell script that runs its arguments as this arm's own processes are run."""
        exports = [f"export {key}={shlex.quote(value)}" for key, value in self._environment().items()]
        path = f"PATH={shlex.quote(str(self.bin))}:$PATH; export PATH; cd {shlex.quote(str(self.app))}"
        manage = 'if [ "$1" = manage.py ]; then set -- python "$@"; fi'
        return "\n".join(["#!/bin/sh", *exports, path, manage, 'exec "$@"']) + "\n"

    def told(self) -> Iterator[str]:
        """What is up, in lines for people."""
        yield f"{self.name} ({self.stack}): Redis {self.settings['CELERY_BROKER_URL']}, logs in {self.logs}"
        for report in sorted(self.logs.glob("*.ready.json")):
            pid = json.loads(report.read_text())["pid"]
            if sessions.is_running(pid):
                name = report.name.removesuffix(".ready.json")
                yield f"    {name} runs, process {pid}, its broker {_broker(pid)}"  # a scenario may have one of its own

    def _environment(self) -> dict[str, str]:
        return {**self.settings, "REDIS_URL": self.settings["CELERY_BROKER_URL"]}


def _broker(pid: int) -> str:
    """The broker in a process's environment; unknown when it has just ended."""
    try:
        environment = (Path("/proc") / str(pid) / "environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "unknown"
    return next((line.partition("=")[2] for line in environment if line.startswith("CELERY_BROKER_URL=")), "unknown")


def open_shell(arms: Sequence[Arm], reaper: Reaper, watch: Watch) -> None:
    """Run the user's shell ($SHELL) with a command for each arm, and return when it has ended.

    Its own environment is the last arm's. It ends with us, whatever ends us.
    """
    folder = reaper.temporary_folder("shell")
    for arm in arms:
        (folder / arm.name).write_text(arm.command())
        (folder / arm.name).chmod(0o755)
    names = " and ".join(arm.name for arm in arms)
    watch.kept(
        [
            *(line for arm in arms for line in arm.told()),
            f"Run a command on one side with {names}, like: {arms[-1].name} celery -A core inspect ping",
            "Leave with exit; everything is cleared away then.",
        ]
    )
    shell = [str(folder / arms[-1].name), os.environ.get("SHELL") or "/bin/sh"]
    before = signal.signal(signal.SIGINT, _left_to_the_shell)
    child = subprocess.Popen([sys.executable, "-I", "-c", ENDS_WITH_US, *shell], env=_surroundings(folder))
    try:
        child.wait()
    finally:
        child.kill()
        child.wait()
        signal.signal(signal.SIGINT, before)


def _surroundings(folder: Path) -> dict[str, str]:
    """Our own environment, with the arms' commands first and the project's own (redis-cli among them) last."""
    ours = {key: value for key, value in os.environ.items() if key not in NOT_HANDED_ON}
    return {**ours, "PATH": f"{folder}:{ours.get('PATH', '')}:{Path(sys.executable).parent}"}


def _left_to_the_shell(_number: int, _frame: FrameType | None) -> None:
    """Ctrl-C in the shell is for what runs in it. A handler, not SIG_IGN: that one the shell would inherit."""
