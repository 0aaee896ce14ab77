"""The rig: one arm's web server and worker under load, and what is measured there."""

from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from harness.processes.interpreter import Interpreter
from harness.processes.launcher import TODAYS_APP
from harness.reaper import Reaper
from harness.services.base import PostgresService, RedisService
from load.round import Round
from load.shapes import Shape

BACKLOG = 5_000  # events of the drain; 50,000 in the long form


@dataclass(frozen=True)
class Servers:
    """What arms share: one Redis and one PostgreSQL, a folder for logs, and who clears away."""

    redis: RedisService
    postgres: PostgresService
    folder: Path
    reaper: Reaper


@dataclass(frozen=True)
class Arm:
    """One of the two things compared. `name` stands in tables; `app` is the reference app or a copy of it.

    `way` is a way of delivery (ways.py), `password_hash` "cheap" (the audit path is what is measured) or "real".
    """

    name: str
    interpreter: Interpreter
    way: str = "safe"
    password_hash: str = "cheap"  # noqa: S105 - a way of hashing
    app: Path = TODAYS_APP


class Rig:
    """An arm's processes, up and idle between rounds. Several may be up at once on the same servers.

    `number` tells them apart: each has a Redis database and a PostgreSQL database of that number to itself.
    """

    def __init__(self, arm: Arm, servers: Servers, number: int = 0) -> None:
        """Raises UsageError for a way that does not exist or that the stack has not got the package for."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        """Make the database and its users, start web server and worker, and log in until all of it is warm."""
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the processes and drop the database."""
        raise NotImplementedError

    def round(self, shape: Shape, backlog: int = BACKLOG) -> Round:
        """Load it once, wait until every event is written, then measure publishing and the drain of a backlog.

        Raises PreflightError when no login was answered or one was refused: that is no result.
        """
        raise NotImplementedError
