"""Writes a run's report into its folder."""

from pathlib import Path

from ci.report.page import html
from ci.report.summary import summary
from ci.run_folder import RunFolder


def write(run: RunFolder) -> list[Path]:
    """Write report.html and summary.md, anew when they are there. Raises UsageError for a run without results."""
    texts = {"report.html": html(run), "summary.md": summary(run.read_results())}
    for name, text in texts.items():
        (run.path / name).write_text(text, encoding="utf-8")
    return [run.path / name for name in texts]
