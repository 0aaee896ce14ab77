"""Which releases of a package there are, as uv sees the index: its settings, its credentials, its cache.

uv has no command for it. But asked for the newest release below a limit, it names one after the other.
"""

import datetime

from packaging.version import Version

from harness.stack.pythons import Python
from harness.stack.resolver import NO_SOLUTION, until
from harness.stack.uv import Uv, UvFailed


def between(package: str, low: str, high: str, python: Python, uv: Uv, day: datetime.date | None) -> list[str]:
    """The releases from `low` to `high`, oldest first, without the two, prereleases included.

    Only those that were out by the end of `day` (UTC; None: today) and that are for `python`, as far as the index says.
    Yanked ones are left out, as uv does. Raises UvFailed.
    """
    found: list[str] = []
    limit = high
    while newest := _newest(f"{package}>={low},!={low},!={high},<={limit},!={limit}", python, uv, day):
        found.append(newest)
        limit = newest
    return [one for one in reversed(found) if Version(low) < Version(one) < Version(high)]


def _newest(line: str, python: Python, uv: Uv, day: datetime.date | None) -> str | None:
    """The newest release that a requirement allows."""
    output = uv.new_file()
    arguments = ["pip", "compile", "--quiet", "--no-header", "--no-annotate", "--no-deps", "--prerelease", "allow"]
    try:
        uv.run([*arguments, *until(day), "--python", python.path, "--output-file", output, uv.new_file(line)])
    except UvFailed as error:
        if NO_SOLUTION in error.said:
            return None
        raise
    return output.read_text().strip().partition("==")[2]
