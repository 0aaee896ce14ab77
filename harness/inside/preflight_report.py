"""Runs inside a stack's processes: tells the harness that the process is ready, and what it is made of.

Standard library only, and nothing that a very old or very new Python lacks.
"""

import json
import os
import platform
import sys
from importlib.metadata import distributions


def report(path: str) -> None:
    """Write process id, Python and every installed package's version to `path`, whole or not at all."""
    packages: dict[str, str] = {}
    for dist in distributions():
        packages.setdefault(dist.metadata["Name"], dist.version)  # of two of one name, an import finds the first
    facts = {
        "pid": os.getpid(),
        "python": platform.python_version(),
        "executable": sys.executable,
        "packages": packages,
    }
    beside = f"{path}.{os.getpid()}"
    with open(beside, "w") as file:  # noqa: PTH123 - as little as possible is imported into the process under test
        json.dump(facts, file)
    os.replace(beside, path)  # noqa: PTH105 - as above
