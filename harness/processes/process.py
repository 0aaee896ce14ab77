"""One running process of a stack."""

import json
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import BrokenPromise, NotStarted
from harness.processes.interpreter import Interpreter
from harness.spawn import Child
from harness.waiting import wait_until

READY_SECONDS = 60.0  # a guard against hanging, not a measure: a loaded machine takes 7 s


@dataclass
class Process:
    """A worker, beat or web server. Not for commands that end by themselves (Launcher.manage is)."""

    child: Child
    report: Path
    interpreter: Interpreter

    def wait_ready(self) -> None:
        """Return once it has said that it is ready and runs exactly what its stack's lock says.

        Raises NotStarted when it ends instead or takes too long, and WrongVersions.
        """
        why = f"{self.child.name} gets ready"  # the cause of a failure: the same words on every stack
        hint = f"It is of {self.interpreter.stack}; its log: {self.child.log}"
        try:
            wait_until(self.report.exists, READY_SECONDS, why, abort=self.child.raise_if_exited, hint=hint)
        except BrokenPromise as error:
            raise NotStarted(str(error), error.cause) from error
        facts = self.facts()
        self.interpreter.require(facts["packages"], self.child.name, facts["python"])

    def facts(self) -> dict[str, Any]:
        """What it reported about itself: pid, python, executable, packages."""
        facts: dict[str, Any] = json.loads(self.report.read_text())
        return facts

    def raise_if_exited(self) -> None:
        """Raise ProcessExited when it has ended by itself."""
        self.child.raise_if_exited()

    def wait_end(self, timeout: float) -> int:
        """Its exit code, once it has ended by itself, within `timeout` seconds. Raises WaitTimeout."""
        hint = f"Its log: {self.child.log}"
        wait_until(lambda: self.child.exit_code() is not None, timeout, f"{self.child.name} ends", hint=hint)
        return self.child.popen.wait()

    def stop(self, timeout: float = 20.0, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """End it as an operator would, waiting `timeout` seconds before its whole session is killed; its exit code."""
        return self.child.stop(timeout, with_signal)


@dataclass
class Web(Process):
    """A web server and where it listens."""

    url: str = ""
