"""The load comparison of a gate's run, for its report: what it answered, its plots, and where its page is."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ci.loads.plots import Plot


@dataclass(frozen=True)
class Loaded:
    """One load comparison: its page's place in the run's folder, how many metrics had which answer, and the reasons.

    Only the first comparison of a run has `plots`, what confirms it is on its own page.
    """

    page: str
    answers: Sequence[tuple[str, int]]
    reasons: Sequence[str]
    plots: "Sequence[Plot]"


def loaded(run: Path) -> list[Loaded]:
    """Those of a run, in the order in which they were made; none for most runs."""
    found = enumerate(sorted(run.glob("load*/load.json")))
    return [_loaded(one, run, with_plots=number == 0) for number, one in found]


def _loaded(found: Path, run: Path, *, with_plots: bool) -> Loaded:
    data = json.loads(found.read_text())
    counted = Counter(one["answer"] for one in data["answers"])
    page = f"{found.parent.relative_to(run)}/load.html"
    return Loaded(page, counted.most_common(), data["reasons"], _plots(data) if with_plots else [])


def _plots(data: dict[str, Any]) -> "list[Plot]":
    from ci.loads.pictures import pictures  # noqa: PLC0415 - matplotlib takes a second, which most reports need not wait

    return pictures(data)
