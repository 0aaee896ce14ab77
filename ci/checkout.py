"""Where things are in the checkout."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STACKS = ROOT / "ci" / "stacks"
SCENARIOS = ROOT / "scenarios"
CONTROLS = ROOT / "ci" / "controls"
RECORD = ROOT / "ci" / "record.json"
RULES = ROOT / "ci" / "rules.toml"
PLAN_LINES = ROOT / "ci" / "plan_lines.toml"
ACCEPTED = ROOT / "ci" / "accepted.toml"
RUNS = ROOT / "runs"
THRESHOLDS = ROOT / "ci" / "thresholds.toml"
CACHE = ROOT / ".preflight"


def areas() -> list[str]:
    """The folders under scenarios/, sorted."""
    return sorted(path.name for path in SCENARIOS.iterdir() if path.is_dir() and not path.name.startswith("_"))
