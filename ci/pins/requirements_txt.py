"""Reads requirements.txt and `pip freeze` output, with what they include.

The format is pip's: pip.pypa.io/en/stable/reference/requirements-file-format
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

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
EGG = re.compile(r"[#&]egg=([\w.-]+)")
ARCHIVE = re.compile(r"([A-Za-z0-9][\w.]*?)-\d[^/]*$")


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
        if kind := INCLUDES.get(option):
            self._include(value, into if kind == "requirement" else self.constraints)
        elif option in EDITABLE or (not option and ADDRESS.search(line.partition(" ")[0])):
            self._address(value or line)
        elif option:
            self.options.add(option)
        else:
            self._requirement(requirement(PER_REQUIREMENT.sub("", line).strip(), place), into)

    def _include(self, value: str, into: list[Requirement]) -> None:
        self.file(posixpath.join(posixpath.dirname(self.open[-1]), value), into)

    def _address(self, address: str) -> None:
        named = EGG.search(address) or ARCHIVE.search(address.partition("#")[0].rpartition("/")[2])
        self.direct[str(canonicalize_name(named.group(1))) if named else address] = address

    def _requirement(self, one: Requirement, into: list[Requirement]) -> None:
        if one.url:
            self.direct[package_of(one)] = one.url
        else:
            into.append(one)


def _option(line: str) -> tuple[str, str]:
    """The option that a line begins with and its value; two empty strings for a line that is a requirement."""
    found = SHORT.fullmatch(line) or OPTION.fullmatch(line)
    return (found.group(1), found.group(2).strip()) if found and line.startswith("-") else ("", "")


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
