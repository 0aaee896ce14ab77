"""What is known to fail on some releases: the marker `red_on(REQUIREMENT, WHY, strict=True)`."""

from collections.abc import Iterable
from importlib.metadata import version

import pytest


def expect_failures(items: Iterable[pytest.Item]) -> None:
    """A scenario that is known to fail on releases that are installed here must fail; may, where it is not strict."""
    for item in items:
        for marker in item.iter_markers("red_on"):
            if _installed(marker.args[0]):
                strict = marker.kwargs.get("strict", True)
                item.add_marker(pytest.mark.xfail(reason=": ".join(marker.args), strict=strict))


def _installed(line: str) -> bool:
    from packaging.requirements import Requirement  # noqa: PLC0415 - not every stack has it, and only we need it

    requirement = Requirement(line)
    return requirement.specifier.contains(version(requirement.name), prereleases=True)
