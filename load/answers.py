"""What Locust's users write down about each login, one line of JSON each, and how it is read back.

Standard library only: Locust's process, with its patched threads and sockets, writes these files.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    """How one login ended. `at` is when, in seconds since 1970, UTC; `seconds` how long it took.

    `status` is the HTTP status, 0 when there was no answer; only 200 is an ack. `error` says why not, for people.
    """

    event: str
    at: float
    seconds: float
    status: int
    error: str = ""

    @property
    def acked(self) -> bool:
        """True when the app said that it took the login."""
        return self.status == 200


@dataclass
class Answers:
    """One file's: event -> when it was attempted (seconds since 1970, UTC), and the answers in their order."""

    attempted: dict[str, float] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    def acked(self) -> list[Answer]:
        """The logins that were accepted."""
        return [answer for answer in self.answers if answer.acked]

    def refused(self) -> list[Answer]:
        """The logins that were answered otherwise, or not at all."""
        return [answer for answer in self.answers if not answer.acked]


class Notebook:
    """A file that many processes append whole lines to."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)

    def attempted(self, event: str, at: float) -> None:
        """A user is about to log in."""
        self._write({"event": event, "at": at})

    def answered(self, answer: Answer) -> None:
        """A user was told."""
        self._write(vars(answer))

    def _write(self, facts: dict[str, object]) -> None:
        os.write(self._descriptor, (json.dumps(facts) + "\n").encode())


def read(lines: Iterable[str]) -> Answers:
    """What a notebook holds. Raises ValueError for a line that is none of its."""
    told = Answers()
    for line in lines:
        facts = json.loads(line)
        if "status" in facts:
            told.answers.append(Answer(**facts))
        else:
            told.attempted[facts["event"]] = facts["at"]
    told.answers.sort(key=lambda answer: answer.at)
    return told
