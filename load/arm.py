"""One of the things compared, and what they share."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.processes.interpreter import Interpreter
from harness.processes.launcher import TODAYS_APP
from harness.reaper import Reaper
from harness.services.base import PostgresService, RedisService
from load import ways


@dataclass(frozen=True)
class Servers:
    """What arms share: one Redis and one PostgreSQL, a folder for logs, and who clears away."""

    redis: RedisService
    postgres: PostgresService
    folder: Path
    reaper: Reaper


@dataclass(frozen=True)
class Arm:
    """A stack with a way of delivery. `name` stands in tables; `app` is the reference app or a copy of it.

    `way` is a way of delivery (ways.py), `password_hash` "cheap" (the audit path is what is measured) or "real".
    `laid_over` are a team's settings over the app's own (harness.laid_over).
    Raises UsageError for a way that does not exist or that the stack has not got the package for.
    """

    name: str
    interpreter: Interpreter
    way: str = "safe"
    password_hash: str = "cheap"  # noqa: S105 - a way of hashing
    app: Path = TODAYS_APP
    laid_over: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        needs = ways.find(self.way).needs
        if needs and needs not in self.interpreter.pins:
            raise UsageError(f"way {self.way} needs {needs}, which is not in {self.interpreter.stack}")

    @property
    def queued(self) -> bool:
        """Whether a worker writes the rows."""
        return ways.find(self.way).queued
