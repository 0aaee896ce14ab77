"""What is known to fail on some releases: the marker `red_on(REQUIREMENT, WHY, strict=True, cause="")`.

`cause` is part of what such a failure says: one that says something else is a failure like any other.
"""

from collections.abc import Iterable
from importlib.metadata import version

import pytest


def expect_failures(items: Iterable[pytest.Item]) -> None:
    """A scenario that is known to fail on releases that are installed here must fail; may, where it is not strict."""
    for item in items:
        for marker in item.iter_markers("red_on"):
            if is_installed(marker.args[0]):
                strict = marker.kwargs.get("strict", True)
                item.add_marker(pytest.mark.xfail(reason=": ".join(marker.args), strict=strict))


def tell_others(item: pytest.Item, report: pytest.TestReport) -> None:
    """Make an expected failure a failure when it has none of the causes that are known on these releases."""
    if not report.skipped or not hasattr(report, "wasxfail"):
        return
    causes = [one.kwargs.get("cause", "") for one in item.iter_markers("red_on") if is_installed(one.args[0])]
    if causes and not any(cause in _said(report) for cause in causes):
        report.outcome = "failed"
        del report.wasxfail


def _said(report: pytest.TestReport) -> str:
    """What the failure itself says: the whole text has the scenario's source in it, with all that it could say."""
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(crash.message) if crash else report.longreprtext


def is_installed(line: str) -> bool:
    """Whether the release of that package that is installed here satisfies the requirement, pre-releases included."""
    from packaging.requirements import Requirement  # noqa: PLC0415 - not every stack has it, and only we need it

    requirement = Requirement(line)
    return requirement.specifier.contains(version(requirement.name), prereleases=True)
