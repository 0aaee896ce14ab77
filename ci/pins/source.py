"""Where a file of pins is read from: a disk, or a commit."""

import os
import subprocess
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path, PurePosixPath

from ci.inert import inert
from ci.pins.listing import Listing
from ci.pins.locks import read_lock
from ci.pins.requirements_txt import read_requirements_txt
from ci.pins.stacks import taken
from ci.pins.usual import USUAL, meant, others, unclear
from harness.errors import UsageError

GIT_SECONDS = 60
LARGEST = 20_000_000  # bytes: far beyond any real file of pins
WRITTEN_BY_HAND = ("pyproject.toml", "Pipfile", "setup.py", "setup.cfg")


def from_disk(path: str) -> Listing:
    """The listing of a file, called after it and its folder. Raises UsageError when it cannot be read."""
    return _listing(path, _read_disk, "/".join(Path(path).parts[-2:]).lstrip("/"))


def from_git(repository: str, base_to_head: str, path: str | None) -> dict[str, Listing]:
    """The listings of one file in two commits, by arm; nothing is checked out.

    `path` is relative to `repository`; without one it is the file of a usual name that changed. Raises UsageError for
    what is no repository, no commit, or not there, and when several files may be meant: a changed one of another name
    may be, if it came to say something else of a package that the app takes, and not what the usual one says.
    """
    base, dots, head = base_to_head.partition("..")
    if not (base and dots and head):
        raise UsageError(f"--from-git {base_to_head!r}: name two commits, like main..HEAD")
    commits = {"baseline": _commit(repository, base), "candidate": _commit(repository, head)}
    folder = _git(repository, "rev-parse", "--show-prefix").strip()
    chosen = f"{folder}{path}" if path else _usual(repository, folder, list(commits.values()))
    return {
        arm: _listing(chosen, _reader(repository, commit), f"{chosen}@{commit[:8]}") for arm, commit in commits.items()
    }


def _listing(path: str, read: Callable[[str], str], name: str) -> Listing:
    name = " ".join(inert(name).split())
    file = PurePosixPath(path)
    if file.name in WRITTEN_BY_HAND:
        raise UsageError(f"{path} says what is allowed, not what is installed: give the lock made of it, or pip freeze")
    if file.suffix in (".lock", ".toml"):
        return read_lock(path, read(path), name)
    return read_requirements_txt(path, read, name)


def _read_disk(path: str) -> str:
    file = Path(path)
    try:
        if not file.is_file():  # neither a folder nor a pipe, which would be waited for
            raise UsageError(f"{path}: no such file" if not file.exists() else f"{path} is not a file")
        if file.stat().st_size > LARGEST:
            raise UsageError(f"{path} is larger than any file of pins ({LARGEST // 1_000_000} MB)")
        return _text(path, file.read_bytes())
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _text(path: str, data: bytes) -> str:
    """As pip decodes it: by its byte order mark, else UTF-8 (PowerShell's `pip freeze > file` is UTF-16)."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not text") from error
    if "\0" in text:
        raise UsageError(f"{path} is not text")
    return text


def _usual(repository: str, folder: str, commits: list[str]) -> str:
    names = [f"{folder}{name}" for name in USUAL]
    readers = [_reader(repository, commit) for commit in commits]
    parts = {name: set().union(*(_parts(name, read) for read in readers)) for name in names}
    there = [name for name in names if all(_in_commit(repository, commit, name) for commit in commits)]
    changed = _changed(repository, *commits)
    chosen = meant(there, parts, changed)
    known = [_there(repository, commit, chosen) for commit in commits]
    for other in others(changed, folder, parts[chosen]):
        if _may_be_meant(partial(_there, repository, path=other), commits, known):
            raise unclear([other])
    return chosen


def _may_be_meant(found: Callable[[str], Listing], commits: Sequence[str], known: Sequence[Listing]) -> bool:
    """Whether what a file says of a package that the app takes changed, and is not what the `known` one says as well.

    What the known one names besides counts too, because in an open file it decides which releases of the app's fit.
    """
    app = taken()
    about = app.union(*(one.packages for one in known))
    try:
        before, after = (found(commit).said(about) for commit in commits)
    except UsageError:  # who knows what it names
        return True
    alike = all(says.items() <= one.said(about).items() for says, one in zip((before, after), known, strict=True))
    return before != after and not alike and not app.isdisjoint(before | after)


def _there(repository: str, commit: str, path: str) -> Listing:
    """The listing of a file in a commit, without a line where it is not there."""
    if not _in_commit(repository, commit, path):
        return Listing(path, ())
    return _listing(path, _reader(repository, commit), path)


def _parts(path: str, read: Callable[[str], str]) -> set[str]:
    """A file with what it includes, as far as it can be read."""
    parts = {path}

    def noted(part: str) -> str:
        parts.add(part)
        return read(part)

    with suppress(UsageError):  # what is wrong with a file is said when it is the one that is meant
        _listing(path, noted, path)
    return parts


def _changed(repository: str, base: str, head: str) -> set[str]:
    """The paths that are not the same in two commits."""
    return set(_git(repository, "diff-tree", "-r", "-z", "--no-renames", "--name-only", base, head).split("\0"))


def _reader(repository: str, commit: str) -> Callable[[str], str]:
    def read(path: str) -> str:
        if not _in_commit(repository, commit, path):
            raise UsageError(f"{path}: no such file in commit {commit[:8]}")
        return _text(path, _run_git(repository, "cat-file", "blob", f"{commit}:{path}"))

    return read


def _in_commit(repository: str, commit: str, path: str) -> bool:
    try:
        return _git(repository, "cat-file", "-t", f"{commit}:{path}").strip() == "blob"
    except UsageError:
        return False


def _commit(repository: str, name: str) -> str:
    try:
        return _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").strip()
    except UsageError as error:
        why = str(error) if "not a git repository" in str(error) else f"{name!r} is no commit in {repository}"
        raise UsageError(why) from error


def _git(repository: str, *arguments: str) -> str:
    return _run_git(repository, *arguments).decode(errors="replace")


def _run_git(repository: str, *arguments: str) -> bytes:
    """Run git, which reads and writes nothing but objects here. Raises UsageError with what it said."""
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        command = ["git", "-C", repository, *arguments]
        done = subprocess.run(command, capture_output=True, check=False, env=environment, timeout=GIT_SECONDS)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:  # not installed; a NUL in a name; a dead disk
        raise UsageError(f"git cannot be run: {error}") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["git ended without a word"]
        raise UsageError(f"{repository}: {said[0]}")
    return done.stdout
