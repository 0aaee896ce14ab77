"""Which file of pins is meant where nobody says it. Pure."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from harness.errors import UsageError

USUAL = (
    "uv.lock",
    "poetry.lock",
    "pylock.toml",
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/base.txt",
)


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
        raise UsageError(
            f"{' and '.join(whole)} changed: say which file is meant with --requirements PATH, or give two files with "
            "--baseline-requirements and --candidate-requirements"
        )
    if not there:
        raise UsageError(f"none of {', '.join(USUAL)} is in both commits: say which file with --requirements PATH")
    return [*whole, *there][0]
