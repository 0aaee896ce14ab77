"""From a question to a quick one."""

from collections.abc import Sequence
from pathlib import Path

from ci.record import read
from ci.tier import QUICK_SECONDS
from harness.errors import UsageError


def selected(path: Path, targets: Sequence[str]) -> tuple[str, ...]:
    """The scenarios of these folders that the record at `path` chooses for --quick. Raises UsageError for none."""
    quick = read(path).quick(QUICK_SECONDS)
    found = tuple(one for one in quick if any(one.startswith(f"{target}/") for target in targets))
    if not found:
        raise UsageError(f"--quick has no scenario in {', '.join(targets)}: leave out --quick, or --area")
    return found
