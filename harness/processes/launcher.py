"""Starting a stack's processes for the reference app."""

import json
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.errors import ProcessExited
from harness.laid_over import PARAMETERS, with_parameters
from harness.processes.caller import Caller
from harness.processes.interpreter import Interpreter
from harness.processes.process import Process, Web
from harness.reaper import Reaper
from harness.spawn import Child, last_error, spawn

REPOSITORY = Path(__file__).resolve().parents[2]
APP = "PREFLIGHT_APP"  # inside a stack only: the gate says which app, or which copy of it broken on purpose
TODAYS_APP = REPOSITORY / "reference_app"
REFERENCE_APP = Path(os.environ.get(APP, TODAYS_APP))
INSIDE = REPOSITORY / "harness" / "inside"
CELERY_SETTINGS = "CELERY_SETTINGS"
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR")  # nothing else of our surroundings reaches a stack's process
SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"


@dataclass
class Launcher:
    """Starts processes of one stack on an app, in one folder (logs, reports), with one set of the app's settings."""

    interpreter: Interpreter
    settings: Mapping[str, str]
    folder: Path
    reaper: Reaper
    started: list[Process] = field(default_factory=list)
    app: Path = REFERENCE_APP

    def with_settings(self, **settings: str) -> "Launcher":
        """The same with other settings of the app; what it starts is stopped by this one too.

        CELERY_SETTINGS is laid over what is in force, name by name, so that the user's own settings stay.
        """
        if laid_over := settings.get(CELERY_SETTINGS):
            settings[CELERY_SETTINGS] = _laid_over(self.settings.get(CELERY_SETTINGS) or "{}", laid_over)
        return replace(self, settings={**self.settings, **settings})

    def worker(self, *arguments: str, name: str = "worker", app: str = "core.celery") -> Process:
        """The plan's worker command plus `arguments`; returns once it consumes. `app` is what -A names."""
        return self._ready(self._celery(name, ["-A", app, "worker", "-l", "info", *arguments]))

    def beat(self, *arguments: str, name: str = "beat") -> Process:
        """The plan's beat command plus `arguments`; returns once it is about to read its schedule."""
        return self._ready(
            self._celery(name, ["-A", "core", "beat", "-l", "info", "--scheduler", SCHEDULER, *arguments])
        )

    def web(self, *arguments: str, name: str = "web") -> Web:
        """gunicorn with two workers on a free loopback port; returns once the app is loaded."""
        report, log = self._files(name)
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            number = listening.fileno()
            command = [
                self.interpreter.python,
                str(INSIDE / "launch_web.py"),
                self.interpreter.web_server or "",
            ]
            command += [
                "--bind",
                f"fd://{number}",
                "--workers",
                "2",
                "--config",
                str(INSIDE / "gunicorn_hooks.py"),
            ]
            child = self._spawn([*command, *arguments, "core.wsgi"], name, log, report, [number])
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        web = Web(child, report, self.interpreter, url)
        self._ready(web)
        return web

    def caller(self, name: str = "caller") -> Caller:
        """A process that has set Django up and calls functions for us, as a web process or a shell would."""
        report, log = self._files(name)
        ours, theirs = socket.socketpair()
        with theirs:
            command = [self.interpreter.python, str(INSIDE / "launch_calls.py"), str(report), str(theirs.fileno())]
            child = self._spawn(command, name, log, report, [theirs.fileno()])
        caller = Caller(child, report, self.interpreter, ours)
        self._ready(caller)
        return caller

    def producer(self, pace: Path, prefix: str) -> Process:
        """A process that hands audit events to the app at the rate in the file `pace` (see produce_events.py)."""
        name = f"producer-{prefix}"
        report, log = self._files(name)
        command = [self.interpreter.python, str(INSIDE / "produce_events.py"), str(report), str(pace), prefix]
        return self._ready(Process(self._spawn(command, name, log, report), report, self.interpreter))

    def manage(self, *arguments: str) -> str:
        """Run `manage.py ARGUMENTS` to its end and return what it printed. Raises ProcessExited when it fails."""
        report, log = self._files(f"manage-{arguments[0]}")
        child = self._spawn([self.interpreter.python, "manage.py", *arguments], "manage.py", log, report)
        try:
            code = child.popen.wait()
        finally:
            child.kill()
        if code:
            cause = last_error(log) or f"exit code {code}"
            raise ProcessExited(f"manage.py {arguments[0]} failed: {cause} (log: {log})", cause)
        return log.read_text(errors="replace").partition("\n")[2]  # without the line that says what was run

    def stop_all(self) -> None:
        """End whatever still runs, newest first."""
        while self.started:
            self.started.pop().stop()

    def _celery(self, name: str, arguments: Sequence[str]) -> Process:
        report, log = self._files(name)
        command = [self.interpreter.python, str(INSIDE / "launch_celery.py"), str(report)]
        command += [str(self.interpreter.bin / "celery"), *arguments]
        return Process(self._spawn(command, name, log, report), report, self.interpreter)

    def _ready(self, process: Process) -> Process:
        try:
            process.wait_ready()
        except BaseException:
            process.child.kill()  # a worker whose start-up failed may go on retrying for ever
            raise
        self.started.append(process)
        return process

    def _spawn(
        self, command: Sequence[str], name: str, log: Path, report: Path, descriptors: Sequence[int] = ()
    ) -> Child:
        environment = {key: os.environ[key] for key in PASSED_ON if key in os.environ}
        environment |= {"PYTHONUNBUFFERED": "1", "PREFLIGHT_REPORT": str(report), **self.settings}
        if parameters := environment.pop(PARAMETERS, ""):
            environment["DATABASE_URL"] = with_parameters(environment["DATABASE_URL"], parameters)
        log.write_text(f"$ {' '.join(command)}\n")
        return spawn(
            command,
            name=name,
            log=log,
            reaper=self.reaper,
            env=environment,
            cwd=self.app,
            pass_fds=descriptors,
        )

    def _files(self, name: str) -> tuple[Path, Path]:
        number = 1 + sum(1 for _ in self.folder.glob(f"{name}-*.log"))
        return self.folder / f"{name}-{number}.ready.json", self.folder / f"{name}-{number}.log"


def _laid_over(below: str, above: str) -> str:
    """One JSON object over another, tables within them too. What is no JSON object stays so, for the app to refuse."""
    try:
        return json.dumps(_merged(json.loads(below), json.loads(above)))
    except (ValueError, AttributeError, TypeError):
        return above


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    tables = (key for key in above if isinstance(below.get(key), dict) and isinstance(above[key], dict))
    return {**below, **above, **{key: _merged(below[key], above[key]) for key in tables}}
