"""The load comparison of a gate's run, for its report: what it answered, and where its page is."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Loaded:
    """One load comparison: its page's place in the run's folder, how many metrics had which answer, and the reasons."""

    page: str
    answers: Sequence[tuple[str, int]]
    reasons: Sequence[str]


def loaded(run: Path) -> list[Loaded]:
    """Those of a run, in the order in which they were made; none for most runs."""
    return [_loaded(found, run) for found in sorted(run.glob("load*/load.json"))]


def _loaded(found: Path, run: Path) -> Loaded:
    data = json.loads(found.read_text())
    counted = Counter(one["answer"] for one in data["answers"])
    return Loaded(f"{found.parent.relative_to(run)}/load.html", counted.most_common(), data["reasons"])
