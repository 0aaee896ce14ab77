"""load.html: a load run as one file that needs no network and no script to be read."""

from collections.abc import Mapping
from statistics import median
from typing import Any

from ci.loads.pictures import pictures
from ci.report.page import environment, own
from ci.report.words import begun
from load.statistics import UNKNOWN, spread


def html(data: Mapping[str, Any]) -> str:
    """The page of a run's load.json."""
    return (
        environment()
        .get_template("load.html")
        .render(
            data=data,
            begun=begun(data["run"]),
            took=sum(step["seconds"] or 0 for step in data["steps"]),
            meaning=meaning(data),
            plots=pictures(data),
            metrics={metric["name"]: metric for metric in data["metrics"]},
            medians=medians(data),
            overheads=overheads(data),
            style=own("style.css"),
            readable=readable,
            spread=spread,
            itself=itself,
        )
    )


def meaning(data: Mapping[str, Any]) -> str:
    """The answer in a sentence."""
    if data["kind"] == "ways":
        return "What a login pays for its audit line, by way of delivery."
    old, new = (arm["stack"] for arm in data["arms"])
    if data["verdict"] == "BLOCKED":
        return f"{new} costs more than {old}, beyond what is allowed."
    if data["verdict"] == "SAFE":
        return f"{new} costs no more than {old}, beyond what is allowed."
    return f"This run does not tell whether {new} costs more than {old}."


def medians(data: Mapping[str, Any]) -> dict[str, list[float | None]]:
    """Metric -> each arm's median; None for an arm that has not got it. Metrics that no arm has are left out."""
    arms = [arm["name"] for arm in data["arms"]]
    found = {one["name"]: [_median(data["rounds"], arm, one["name"]) for arm in arms] for one in data["metrics"]}
    return {name: values for name, values in found.items() if any(value is not None for value in values)}


def overheads(data: Mapping[str, Any]) -> dict[str, list[float | None]]:
    """Metric -> what each arm's login pays for its audit line; empty where no arm writes nothing down."""
    names = dict.fromkeys(name for arm in data["arms"] for name in arm["overhead"])
    return {name: [arm["overhead"].get(name) for arm in data["arms"]] for name in names}


def readable(value: float | None, unit: str) -> str:
    """A metric's value for people: seconds as milliseconds where they are few, bytes as MB where they are many."""
    if value is None:
        return "·"
    if unit == "s":
        return f"{value * 1000:.1f} ms" if abs(value) < 1 else f"{value:.2f} s"
    if unit == "bytes":
        return f"{value / 1e6:.1f} MB" if value > 1e6 else f"{value:,.0f} B"
    number = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return number if unit in ("ratio", "connections", "1/s") else f"{number} {unit}"


def itself(floor: float) -> str:
    """What an arm differs from itself by; a dot when its rounds are too few to tell."""
    return "·" if floor >= UNKNOWN else f"{floor:.2f}"


def _median(rounds: list[dict[str, Any]], arm: str, metric: str) -> float | None:
    values = [one["metrics"][metric] for one in rounds if one["arm"] == arm and metric in one["metrics"]]
    return median(values) if values else None
