"""The files that outcomes and answers come from, so that none of them is taken for that of other code."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path

from ci.checkout import ROOT

OF_OUTCOMES = ("scenarios", "harness", "reference_app", "conftest.py", "pyproject.toml")
OF_ANSWERS = (*OF_OUTCOMES, "uv.lock", "load", "ci/rules.toml", "ci/thresholds.toml")
NO_CODE = ("__pycache__", "db.sqlite3")


def files(root: Path, names: Iterable[str]) -> Iterator[Path]:
    """These files of a checkout, and all in these folders, in an order that is always the same."""
    for name in names:
        top = root / name
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and not any(part.startswith(NO_CODE) for part in path.relative_to(root).parts):
                yield path


def digest(root: Path | None = None) -> str:
    """What a gate's answer comes from in a checkout (this one), as 12 hexadecimal digits: all code, rules, thresholds.

    The gate's own tests are no part of it.
    """
    root = root or ROOT
    gate = [path for path in files(root, ["ci"]) if path.suffix == ".py" and root / "ci" / "tests" not in path.parents]
    whole = sha256()
    for path in (*files(root, OF_ANSWERS), *gate):
        whole.update(f"\n{path.relative_to(root)}\n".encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()[:12]
