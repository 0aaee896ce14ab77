"""Which file of pins is meant where nobody says it. Pure."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from harness.errors import UsageError

LOCKS = ("uv.lock", "poetry.lock", "pylock.toml")
USUAL = (
    *LOCKS,
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/base.txt",
)
LIKE_PINS = (
    *LOCKS,
    "pipfile.lock",
    "pdm.lock",
    "pylock.*.toml",
    "*requirements*.txt",
    "*requirements*.lock",
    "*constraints*.txt",
)  # in lower case


def meant(there: Sequence[str], parts: Mapping[str, AbstractSet[str]], changed: AbstractSet[str]) -> str:
    """The file whose pins changed between two commits; where none did, the first.

    `there` are the files of a usual name in both commits. `parts` holds, for each usual name, the file and all that it
    includes: one that another includes is a part of it. `changed` are the paths that are not the same.
    Raises UsageError when there is none, when several changed, and when the one that changed came or went: no answer
    is about another file than the change.
    """
    moved = [name for name, own in parts.items() if own & changed]
    whole = [name for name in moved if not any(name in parts[other] for other in moved if other != name)] or moved
    if len(whole) > 1 or not set(whole) <= set(there):
        raise unclear(whole)
    if not there:
        raise UsageError(f"none of {', '.join(USUAL)} is in both commits: say which file with --requirements PATH")
    return [*whole, *there][0]


def others(changed: AbstractSet[str], folder: str, parts: AbstractSet[str]) -> list[str]:
    """The changed paths in a folder that look like pins and are no part of the file that is meant, sorted."""
    return sorted(path for path in changed - parts if path.startswith(folder) and _looks_like_pins(path))


def unclear(changed: Sequence[str]) -> UsageError:
    """The error for files that changed, where nobody said which one is meant."""
    return UsageError(
        f"{' and '.join(changed)} changed: say which file is meant with --requirements PATH, or give two files with "
        "--baseline-requirements and --candidate-requirements"
    )


def _looks_like_pins(path: str) -> bool:
    file = PurePosixPath(path.lower())
    in_their_folder = file.suffix == ".txt" and "requirements" in file.parts[:-1]
    return in_their_folder or any(fnmatchcase(file.name, pattern) for pattern in LIKE_PINS)
