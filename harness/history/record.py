"""One line of a history."""

import json
import os
import time
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any


class Kind(str, Enum):
    """What can happen to an event. A producer's words first, then Celery's, then ours."""

    ATTEMPTED = "attempted"
    """A producer is about to hand the event over."""
    ACKED = "acked"
    """The producer was told that it was accepted."""
    REFUSED = "refused"
    """The producer was told that it was not; it may have been all the same."""
    RECEIVED = "received"
    """A worker took its message. (celery.signals.task_received)"""
    STARTED = "started"
    """A process began to run it. (task_prerun)"""
    SUCCEEDED = "succeeded"
    """The task returned. (task_success)"""
    RETRIED = "retried"
    """The task asked to be run again. (task_retry)"""
    FAILED = "failed"
    """The task raised, or its process was lost. (task_failure)"""
    ENDED = "ended"
    """The process is done with it, whatever came of it: its result may not have been written. (task_postrun)"""
    REVOKED = "revoked"
    """The task was called off. (task_revoked)"""
    STOPPING = "stopping"
    """A worker was asked to end: `detail` says by which signal. (worker_shutting_down)"""
    EFFECT = "effect"
    """Its row exists; the time is the row's own."""
    FAULT = "fault"
    """A fault begins or ends: `detail` says which and what."""
    MOMENT = "moment"
    """A moment of an upgrade begins: `detail` says which."""


@dataclass(frozen=True)
class Record:
    """One thing that happened.

    `event` is the id that its producer gave it, "" where there is none. `monotonic` is the machine's own clock, the
    same for all of its processes, in seconds; `wall` is seconds since 1970, UTC. `process` is the name of the process
    that saw it, `stack` what that ran on.
    """

    kind: Kind
    event: str = ""
    monotonic: float = field(default_factory=time.monotonic)
    wall: float = field(default_factory=time.time)
    process: str = "harness"
    pid: int = field(default_factory=os.getpid)
    stack: str = ""
    detail: str = ""

    @classmethod
    def at(cls, monotonic: float, kind: Kind, event: str = "", *, stack: str = "", detail: str = "") -> "Record":
        """A record of something that happened then, by the machine's own clock."""
        wall = time.time() - time.monotonic() + monotonic
        return cls(kind, event, monotonic, wall, stack=stack, detail=detail)

    def to_line(self) -> str:
        """One line of JSON, its end included."""
        return json.dumps({**asdict(self), "kind": self.kind.value}) + "\n"

    @classmethod
    def from_line(cls, line: str) -> "Record":
        """The reverse of to_line."""
        facts: dict[str, Any] = json.loads(line)
        return cls(**{**facts, "kind": Kind(facts["kind"])})
