"""Which arm's stack comes from where, as the options of `gate` say."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from packaging.specifiers import SpecifierSet

from ci.pins.listing import Listing
from ci.pins.source import from_disk, from_git
from ci.pins.stacks import Pins
from harness.errors import UsageError
from harness.stack.lock import moved


@dataclass(frozen=True)
class PinOptions:
    """The options about a team's own pins, None where one was not given.

    `as_of` is about the baseline's file, `python` ('3.13') about both.
    """

    files: Mapping[str, str | None]
    as_of: dt.date | None
    from_git: str | None
    requirements: str | None
    repository: str | None
    python: str | None

    def pins(self) -> dict[str, Pins]:
        """The pins by arm; an arm that is a named stack is left out.

        Raises UsageError for options that clash, and where two locks differ in what would be left out of both stacks.
        """
        listings = self._from_git() if self.from_git else self._from_files()
        _refuse_unseen(listings)
        if self.as_of and "baseline" not in listings:
            raise UsageError(
                "--baseline-as-of needs the baseline's pins, a file or a commit; a named stack has its day"
            )
        if self.python is not None and not listings:
            raise UsageError("--python needs pins of yours, a file or a commit; a named stack has its Python")
        return {
            arm: Pins(self._on_python(one), self.as_of if arm == "baseline" else None) for arm, one in listings.items()
        }

    def _from_git(self) -> dict[str, Listing]:
        if given := [arm for arm, path in self.files.items() if path]:
            raise UsageError(f"--from-git names both files, so --{given[0]}-requirements cannot be given with it")
        return from_git(self.repository or ".", str(self.from_git), self.requirements)

    def _from_files(self) -> dict[str, Listing]:
        if self.requirements or self.repository:
            raise UsageError("--requirements and --repository go with --from-git; a file is --candidate-requirements")
        return {arm: from_disk(path) for arm, path in self.files.items() if path}

    def _on_python(self, listing: Listing) -> Listing:
        if self.python is None:
            return listing
        if not re.fullmatch(r"3\.(0|[1-9][0-9]?)", self.python):
            raise UsageError(f"--python {self.python!r} is no Python that can be asked for: write it like 3.13")
        python = listing.python & SpecifierSet(f"=={self.python}.*")
        if python.is_unsatisfiable():
            raise UsageError(f"{listing.name} asks for Python {listing.python}, so --python {self.python} cannot be")
        return replace(listing, python=python)


def _refuse_unseen(listings: Mapping[str, Listing]) -> None:
    """Raise UsageError for two listings that differ in what they leave out: no stack of theirs would show it."""
    left_out = [listings[arm].left_out for arm in ("baseline", "candidate") if arm in listings]
    if len(left_out) == 2 and (moves := moved(*left_out)):
        told = ", ".join(f"{name} {old or 'absent'} → {new or 'absent'}" for name, (old, new) in moves.items())
        raise UsageError(
            f"{listings['candidate'].name}: {told} moved in a group or an extra that is not installed by default: give "
            "what production installs (uv export --group NAME, poetry export, pip freeze) as a requirements.txt"
        )
