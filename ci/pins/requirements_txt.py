"""Reads requirements.txt and `pip freeze` output, with what they include.

The format is pip's: pip.pypa.io/en/stable/reference/requirements-file-format
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ci.pins.listing import Listing, package_of, requirement
from harness.errors import UsageError

Read = Callable[[str], str]
INCLUDES = {"-r": "requirement", "--requirement": "requirement", "-c": "constraint", "--constraint": "constraint"}
EDITABLE = ("-e", "--editable")
OPTION = re.compile(r"(--?[A-Za-z][\w-]*)[ =]?(.*)")
SHORT = re.compile(r"(-[rce])(\S.*)")  # pip takes -rFILE as well
PER_REQUIREMENT = re.compile(r"\s--?[A-Za-z].*$")  # --hash=..., --config-settings ...
ADDRESS = re.compile(r"^(\.{1,2}(/|$)|/|~/|[\w+]+://|file:)|\.(whl|zip|tar\.\w+|tgz)$", re.IGNORECASE)
NAMED = re.compile(r"[A-Za-z0-9][\w.-]*\s*(\[[^]]*\]\s*)?@")  # PEP 508's NAME @ ADDRESS, with blanks or without
BEHIND = re.compile(r"(;\s|\s;|[?#]).*$")  # an address: a marker, a query, a fragment
EGG = re.compile(r"[#&]egg=([\w.-]+)")
SUFFIX = re.compile(r"\.(git|whl|zip|tar\.\w+|tgz)$", re.IGNORECASE)
ARCHIVE = re.compile(r"([A-Za-z0-9][\w.-]*?)-\d")
ASKED = re.compile(ARCHIVE.pattern + r"[\w.+!-]*?\.(?:whl|zip|tar\.\w+|tgz)\b", re.IGNORECASE)  # a file in a query
# OWNER/NAME/archive/main.zip
FORGE = re.compile(r"[^/]+/([A-Za-z][^/]*)/(?:-/)?(?:archive|get|zip|tar\.gz|zipball|tarball)/")
REMOTE = re.compile(r"\w+(\+|://)")
VCS = re.compile(r"^\w+\+|\.git$", re.IGNORECASE)
# The repositories, of what the app takes, that are not called like their package.
REPOSITORIES = {
    "redis-py": "redis",
    "py-amqp": "amqp",
    "python-prompt-toolkit": "prompt-toolkit",
    "dateutil": "python-dateutil",
}


def read_requirements_txt(path: str, read: Read, name: str) -> Listing:
    """The listing of the file at `path`; `read` gives the text of a path, `name` is the listing's.

    Raises UsageError for a line that pip would not read, for files that include one another, and what `read` raises.
    """
    reader = _Reader(read)
    reader.file(path, into=reader.requirements)
    asides = (f"not read in {path}: {', '.join(sorted(reader.options))}",) if reader.options else ()
    return Listing(name, tuple(reader.requirements), tuple(reader.constraints), direct=reader.direct, asides=asides)


@dataclass
class _Reader:
    read: Read
    requirements: list[Requirement] = field(default_factory=list)
    constraints: list[Requirement] = field(default_factory=list)
    direct: dict[str, str] = field(default_factory=dict)
    options: set[str] = field(default_factory=set)
    open: list[str] = field(default_factory=list)

    def file(self, path: str, into: list[Requirement]) -> None:
        """Take in a file with what it includes; its requirements go `into` one of the two lists."""
        path = posixpath.normpath(path)
        if path in self.open:
            raise UsageError(f"{path} includes itself")
        self.open.append(path)
        for number, line in _logical_lines(self.read(path)):
            self._line(line, f"{path}, line {number}", into)
        self.open.pop()

    def _line(self, line: str, place: str, into: list[Requirement]) -> None:
        option, value = _option(line)
        text = value or line
        if kind := INCLUDES.get(option):
            self._include(value, into if kind == "requirement" else self.constraints)
        elif option and option not in EDITABLE:
            self.options.add(option)
        elif not NAMED.match(text) and (option or ADDRESS.search(text.partition(" ")[0])):
            self.direct.update(dict.fromkeys(_names(text, place), text))
        else:
            self._requirement(requirement(PER_REQUIREMENT.sub("", text).strip(), place), into)

    def _include(self, value: str, into: list[Requirement]) -> None:
        self.file(posixpath.join(posixpath.dirname(self.open[-1]), value), into)

    def _requirement(self, one: Requirement, into: list[Requirement]) -> None:
        if one.url:
            self.direct[package_of(one)] = one.url
        else:
            into.append(one)


def _option(line: str) -> tuple[str, str]:
    """The option that a line begins with and its value; two empty strings for a line that is a requirement."""
    found = SHORT.fullmatch(line) or OPTION.fullmatch(line)
    return (found.group(1), found.group(2).strip()) if found and line.startswith("-") else ("", "")


def _names(address: str, place: str) -> set[str]:
    """What the package from an address may be called; the address itself for a path that does not say it.

    Raises UsageError for a remote address that does not say it: the last word of it may be `download` or `main`.
    """
    names = {str(canonicalize_name(name)) for name in _said(PER_REQUIREMENT.sub("", address))}
    if not names and REMOTE.match(address):
        raise UsageError(f"{place}: the address does not say which package it is of: write it as NAME @ ADDRESS")
    return {REPOSITORIES.get(name, name) for name in names} or {address}


def _said(address: str) -> list[str]:
    if egg := EGG.search(address):
        return [egg.group(1)]
    bare = BEHIND.sub("", address).strip().rstrip("/")
    path, remote = _path(bare)
    path = unquote(path)
    last = SUFFIX.sub("", path.rpartition("/")[2])
    behind = unquote(address[len(bare) :])
    found = [ARCHIVE.search(last), FORGE.search(path) if remote else None, ASKED.search(behind)]
    names = [one.group(1) for one in found if one]
    return names or ([last] if remote and last and VCS.search(bare) else [])


def _path(address: str) -> tuple[str, bool]:
    """The path of an address without host and revision, and whether there was a host to leave out."""
    scheme, remote, rest = address.partition("://")
    if not remote:
        return address, False
    path = rest.partition("/")[2]
    return (path.rpartition("@")[0] or path) if "+" in scheme else path, True  # a branch's name may hold slashes


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """(number of the first line, text) of each line, continued ones joined, comments and empty ones left out."""
    joined, begun = "", 0
    for number, line in enumerate([*text.splitlines(), ""], 1):
        begun = begun if joined else number
        if line.endswith("\\"):
            joined += line[:-1] + " "
            continue
        whole, joined = re.sub(r"(^|\s)#.*$", "", joined + line).strip(), ""
        if whole:
            yield begun, whole
