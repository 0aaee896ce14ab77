"""What a metric may differ by: data in a file, read here."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomllib

from harness.errors import UsageError
from load.metrics import BY_NAME, Metric


@dataclass(frozen=True)
class Threshold:
    """What is asked of one metric.

    The candidate may cost up to `allowed` times the baseline; of a metric that is better when higher, the baseline may
    reach that many times the candidate. `confidence`, below 1, is that in a run none of all metrics is called better or
    worse where there is no difference. With `needed`, a run that cannot tell is inconclusive. Below `grain`, in the
    metric's unit, nobody would care: smaller values count as the grain.
    """

    metric: Metric
    allowed: float
    confidence: float
    needed: bool = False
    grain: float = 0.0

    @property
    def limit(self) -> float:
        """The ratio candidate / baseline beyond which the candidate is worse."""
        return 1 / self.allowed if self.metric.better == "higher" else self.allowed


def read(path: Path) -> dict[str, Threshold]:
    """Metric -> its threshold, in the metrics' order.

    Raises UsageError for a file that cannot be read, says something that has no meaning, or leaves a metric out.
    """
    try:
        tables: dict[str, Any] = tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as TOML: {error}") from error
    if differing := sorted(set(tables) ^ set(BY_NAME)):
        problem = "is no metric" if differing[0] in tables else "has no threshold"
        raise UsageError(f"{path}: {differing[0]} {problem} (metrics: {', '.join(BY_NAME)})")
    return {name: _threshold(path, metric, tables[name]) for name, metric in BY_NAME.items()}


def _threshold(path: Path, metric: Metric, table: Mapping[str, Any]) -> Threshold:
    try:
        found = Threshold(metric, **table)
        sensible = found.allowed > 1 and 0 < found.confidence < 1 and found.grain >= 0 and found.needed in (True, False)
    except TypeError as error:
        raise UsageError(
            f"{path}: [{metric.name}] takes numbers as allowed, confidence and grain, and needed: {error}"
        ) from error
    if not sensible:
        what = "allowed above 1, confidence between 0 and 1, grain from 0 on, needed true or false"
        raise UsageError(f"{path}: [{metric.name}] takes {what}")
    return found
