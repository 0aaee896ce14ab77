"""Negative controls of the load comparison: the candidate's app made dearer, to see that it is called worse."""

from pathlib import Path

import tomllib

from ci.control import Control
from harness.errors import UsageError

FILE = Path(__file__).with_name("controls.toml")


def find(name: str) -> Control:
    """The control of that name. Raises UsageError for another."""
    known = {one["name"]: one for one in tomllib.loads(FILE.read_text())["control"]}
    if name not in known:
        raise UsageError(f"no control of load is called {name!r}: there are {', '.join(known)}")
    one = known[name]
    return Control("load", name, one["file"], one["replace"], one["by"], ())
