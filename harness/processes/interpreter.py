"""The interpreter that a stack's processes run with, and what they must report about themselves."""

import json
import re
from dataclasses import asdict, dataclass
from importlib.metadata import distributions
from pathlib import Path

from harness.errors import WrongVersions


@dataclass(frozen=True)
class Interpreter:
    """A stack's environment from outside: `python` is its interpreter's path, `version` that Python's version.

    `web_server` is the folder with gunicorn, None when it is in the pins.
    """

    stack: str
    python: str
    pins: dict[str, str]
    web_server: str | None
    version: str

    @property
    def bin(self) -> Path:
        """The folder of the environment's commands."""
        return Path(self.python).parent

    def to_json(self) -> str:
        """For another process that starts processes of the same stack."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Interpreter":
        """The reverse of to_json."""
        return cls(**json.loads(text))

    def require(self, reported: dict[str, str], who: str, version: str) -> None:
        """Raise WrongVersions unless a running process reports exactly the pins (name -> version) and our Python."""
        seen = {canonical(name): version for name, version in reported.items()}
        if self.web_server:
            seen.pop("gunicorn", None)
        if version != self.version:
            raise WrongVersions(
                f"{who} of {self.stack} runs on Python {version} instead of {self.version}: nothing counts"
            )
        wrong = sorted(name for name in {*seen, *self.pins} if seen.get(name) != self.pins.get(name))
        if wrong:
            told = ", ".join(f"{name} {seen.get(name)} instead of {self.pins.get(name)}" for name in wrong[:5])
            raise WrongVersions(f"{who} of {self.stack} runs with {told}: not what its lock says, so nothing counts")


def canonical(name: str) -> str:
    """A package's name in canonical form (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed() -> dict[str, str]:
    """Package -> version of what we run in; of two of one name, the one that an import would find."""
    found: dict[str, str] = {}
    for distribution in distributions():
        found.setdefault(canonical(distribution.metadata["Name"]), distribution.version)
    return found
