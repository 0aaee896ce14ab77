"""Negative controls: the app broken on purpose, one small way at a time, to see that a scenario goes red.

A check that cannot fail is worth nothing. (celery PR #10570, of the smoke test of #10242: it passed without the fix)
"""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tomllib

from ci.checkout import CONTROLS, ROOT, areas
from ci.shares import shared, whole
from ci.suite import Order, Suite, SuiteResult
from harness.errors import PreflightError, UsageError
from harness.outcomes import FAILED, PASSED, UNKNOWN
from harness.stack.store import Built

APP = ROOT / "reference_app"
LATEST = "latest"


@dataclass(frozen=True)
class Control:
    """One breakage: in `file` of the app, `replace` (which occurs exactly once) becomes `by`.

    Without `replace` the file is a new one. `on` is a stack on which the `targets` pass as long as nothing is broken.
    """

    area: str
    name: str
    file: str
    replace: str
    by: str
    targets: tuple[str, ...]
    on: str = LATEST

    def apply(self, app: Path) -> None:
        """Break a copy of the app. Raises UsageError when the text to replace is not there exactly once."""
        path = app / self.file
        if not self.replace:
            path.write_text(self.by)
            return
        text = path.read_text()
        if text.count(self.replace) != 1:
            raise UsageError(
                f"control {self.name!r}: {self.replace!r} occurs {text.count(self.replace)} times in {path}"
            )
        path.write_text(text.replace(self.replace, self.by))


def read(chosen: Sequence[str]) -> list[Control]:
    """The controls of the chosen areas, or of all. Raises UsageError for an area without any."""
    wanted = list(chosen) or [area for area in areas() if (CONTROLS / f"{area}.toml").exists()]
    missing = [area for area in wanted if not (CONTROLS / f"{area}.toml").exists()]
    if missing:
        raise UsageError(f"area {missing[0]!r} has no controls: ci/controls/{missing[0]}.toml does not exist")
    return [control for area in wanted for control in _of_area(area)]


def _of_area(area: str) -> list[Control]:
    told = tomllib.loads((CONTROLS / f"{area}.toml").read_text())
    return [
        Control(
            area,
            one["name"],
            one["file"],
            one.get("replace", ""),
            one["by"],
            tuple(one.get("targets", [f"scenarios/{area}"])),
            one.get("on", told.get("on", LATEST)),
        )
        for one in told["control"]
    ]


def broken_app(control: Control, folder: Path) -> Path:
    """A copy of the app in `folder`, with `control` in it. Raises UsageError as Control.apply does."""
    app = folder / "reference_app"
    shutil.copytree(APP, app, ignore=shutil.ignore_patterns("__pycache__", "db.sqlite3*"))
    control.apply(app)
    return app


def sound(suite: Suite, built: Built, controls: Sequence[Control], folder: Path) -> list[str]:
    """The scenarios that those controls name and that pass on the app as it is, in order: only they can prove anything.

    Raises PreflightError when pytest did not come to its end.
    """
    targets = sorted({target for control in controls for target in control.targets})
    order = Order("sound", built, targets, folder / "sound")
    told = whole(suite.run(*shared(order, (), alone=False)))
    _be_learnt("the app as it is", told)
    return [scenario for scenario, outcome in told.outcomes.items() if outcome.result == PASSED]


def killers(suite: Suite, built: Built, control: Control, folder: Path, scenarios: Sequence[str]) -> list[str]:
    """Those of the scenarios that fail on the app with `control` in it; an empty list means that it survived.

    Raises PreflightError when pytest did not come to its end, or could not say what became of one: nothing is known.
    """
    app = broken_app(control, folder)
    [result] = suite.run(Order("control", built, ["--exitfirst", *scenarios], folder, app=app))
    _be_learnt(f"control {control.name!r}", result)
    for outcome in result.outcomes.values():
        if outcome.result == UNKNOWN:
            raise PreflightError(f"control {control.name!r}: nothing was learnt: {outcome.cause}")
    return [scenario for scenario, outcome in result.outcomes.items() if outcome.result == FAILED]


def provers(control: Control, passing: Sequence[str]) -> list[str]:
    """Those of the scenarios that the control names."""
    return [scenario for scenario in passing if any(_names(target, scenario) for target in control.targets)]


def _names(target: str, scenario: str) -> bool:
    """Whether a target, which may be a folder, a file or a test without its parameters, has that scenario in it."""
    return scenario == target or scenario.startswith((f"{target}/", f"{target}::", f"{target}["))


def _be_learnt(what: str, result: SuiteResult) -> None:
    if nothing := [*filter(None, [result.broken, result.trouble]), *result.uncollected.values()]:
        raise PreflightError(f"{what}: nothing was learnt: {nothing[0]}")
