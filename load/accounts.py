"""Who logs in: names and passwords, as a CSV file that Locust's process reads. Standard library only."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from harness.errors import UsageError


class Account(NamedTuple):
    """One user of the app."""

    name: str
    password: str


def read(file: Path) -> list[Account]:
    """The accounts of a file of name,password lines. Raises UsageError for one that holds none or something else."""
    try:
        with file.open(newline="") as lines:
            found = [Account(*line) for line in csv.reader(lines) if line]
    except (OSError, TypeError, csv.Error) as error:
        raise UsageError(f"accounts in {str(file)!r}: {error}; give a CSV file of name,password lines") from error
    if not found:
        raise UsageError(f"{file} holds no account: give name,password lines")
    return found


def write(file: Path, accounts: Sequence[Account]) -> None:
    """The reverse of read; for its owner's eyes only."""
    file.touch(mode=0o600)
    with file.open("w", newline="") as lines:
        csv.writer(lines).writerows(accounts)
