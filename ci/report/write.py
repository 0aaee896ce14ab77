"""Writes a run's report into its folder."""

from pathlib import Path

from ci.report.page import html
from ci.report.summary import summary
from ci.run_folder import RunFolder
from harness.errors import UsageError


def write(run: RunFolder) -> list[Path]:
    """Write report.html and summary.md, anew when they are there.

    Raises UsageError for a run whose results are missing or are not as ci/results.schema.json says.
    """
    try:
        texts = {"report.html": html(run), "summary.md": summary(run.read_results())}
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise UsageError(f"run {run.name}: no report can be made of its results.json: {what}") from error
    for name, text in texts.items():
        (run.path / name).write_text(text, encoding="utf-8")
    return [run.path / name for name in texts]
