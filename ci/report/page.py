"""report.html: one file that needs no network and no script to be read."""

import base64
import hashlib
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ci import fault_table
from ci.inert import inert
from ci.report.answer import head
from ci.report.areas import areas, changes
from ci.report.cards import cards
from ci.report.facts import facts
from ci.report.history import histories
from ci.report.lanes import picture
from ci.report.load import loaded
from ci.report.reasons import reasons
from ci.report.steps import lines, logs_of_failed_step
from ci.report.versions import packages
from ci.report.words import duration, number
from ci.run_folder import RunFolder

TEMPLATES = Path(__file__).parent / "templates"
SYMBOLS = {
    "regressed": "✕",
    "flaky": "≈",
    "unknown": "?",
    "fixed": "✓",
    "broken in both": "✕",
    "same": "=",
    "skipped": "·",
}


def html(run: RunFolder) -> str:
    """The page of a run. Raises UsageError when the run's results cannot be read."""
    results = run.read_results()
    plan, found = lines(results), cards(results, run.path)
    return (
        environment()
        .get_template("report.html")
        .render(
            head=head(results),
            reasons=reasons(results["verdict"], results["reasons"], found),
            cards=found,
            changes=changes(results),
            areas=areas(results),
            faults=fault_table.recorded(results),
            fault_columns=fault_table.COLUMNS,
            facts=facts(results),
            pictures=[picture(history) for history in histories(run.path)],
            loads=loaded(run.path),
            packages=packages(results),
            plan=plan,
            logs=logs_of_failed_step(plan, run.path),
            style=own("style.css"),
            script=own("script.js"),
            script_hash=script_digest(own("script.js")),
        )
    )


def environment() -> Environment:
    """The templates: everything that is not ours is made inert and escaped, whichever of them shows it."""
    loader = PackageLoader("ci.report")
    made = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, finalize=_inert, trim_blocks=True, lstrip_blocks=True
    )
    made.filters |= {"duration": duration, "number": number}
    made.globals |= {"symbols": SYMBOLS}
    return made


def _inert(value: Any) -> Any:
    return inert(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def own(name: str) -> Markup:
    """A file of this package's templates, as it stands."""
    return Markup((TEMPLATES / name).read_text())  # noqa: S704 - a file of this package


def script_digest(script: str) -> str:
    """What the page's own policy knows its script by: no other one may run."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
