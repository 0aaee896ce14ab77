"""A process of a stack that calls functions for us."""

import json
import signal
import socket
from dataclasses import dataclass
from typing import Any

from harness.errors import BrokenPromise, ProcessExited
from harness.processes.process import Process

ANSWER_SECONDS = 90.0  # a guard against hanging: one call may wait for a task's result


class CallFailed(BrokenPromise):
    """The function raised; `cause` is its exception as class and text."""


@dataclass
class Caller(Process):
    """A long-lived process with Django and the app in it. One call at a time; values are what JSON can carry."""

    channel: socket.socket

    def call(self, function: str, **arguments: Any) -> Any:
        """Call `function` ("module:name") in the process and return what it returned.

        Raises CallFailed when it raises, and ProcessExited when the process is gone or does not answer.
        """
        self.channel.settimeout(ANSWER_SECONDS)
        try:
            self.channel.sendall(json.dumps({"function": function, "arguments": arguments}).encode() + b"\n")
            answer = self._answer()
        except OSError as error:
            self.raise_if_exited()
            cause = f"{function} gives no answer: {type(error).__name__}"
            raise ProcessExited(f"{self.child.name}: {cause} (log: {self.child.log})", cause) from error
        if "raised" in answer:
            raise CallFailed(
                f"{function} in {self.child.name} of {self.interpreter.stack}: {answer['raised']}", answer["raised"]
            )
        return answer["returned"]

    def _answer(self) -> dict[str, Any]:
        received = b""
        while not received.endswith(b"\n"):
            part = self.channel.recv(1 << 16)
            if not part:
                raise ConnectionResetError
            received += part
        answer: dict[str, Any] = json.loads(received)
        return answer

    def stop(self, timeout: float = 20.0, with_signal: signal.Signals = signal.SIGTERM) -> int:
        """See Process.stop."""
        with self.channel:
            return super().stop(timeout, with_signal)
