"""The plots of a load run as SVG that takes its colours from the page it stands in."""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure


@dataclass(frozen=True)
class Plot:
    """A picture and what it shows."""

    title: str
    svg: Markup


Points = Sequence[tuple[float, float]]
Runs = Sequence[Points]

# Colours that stand for the page's own, which are others by night.
TEXT, LINE, BAND = "#010101", "#020202", "#030303"
ARMS = ("#040404", "#050505", "#060606", "#070707", "#080808")
ANSWERS = {"worse": "#090909", "better": "#0a0a0a", "same": "#0b0b0b", "too noisy to tell": "#0c0c0c"}
PAGE = {
    TEXT: "soft",
    LINE: "line",
    BAND: "sunken",
    **dict(zip(ARMS, ("blue", "amber", "green", "violet", "red"), strict=True)),
    **dict(zip(ANSWERS.values(), ("red", "green", "soft", "amber"), strict=True)),
}
LOOK: dict[Any, Any] = {
    "svg.fonttype": "none",  # text stays text: selectable, in the page's font
    "font.size": 8,
    "text.color": TEXT,
    "axes.labelcolor": TEXT,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
    "axes.edgecolor": LINE,
    "grid.color": LINE,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}
SHORT = 5  # seconds of a round of which each is a dot of its own: one alone would be no line
SIZE = (4.4, 2.5)  # inches: about as many pixels wide as a phone has, so that the letters keep their size there


def over_time(arms: Mapping[str, Runs], unit: str, title: str) -> Plot:
    """Each arm's rounds as thin lines over the seconds of a round, their median at each second as a thick one."""

    def draw(axes: Axes) -> None:
        for colour, (name, runs) in zip(ARMS, arms.items(), strict=False):
            for run in runs:
                axes.plot(*zip(*run, strict=True), color=colour, alpha=0.25, linewidth=0.7)
            middle = _median(runs)
            marker = "o" if len(middle) < SHORT else ""
            axes.plot(*zip(*middle, strict=True), color=colour, linewidth=2, marker=marker, markersize=3.5, label=name)
        axes.set(xlabel="seconds into the round", ylabel=unit)
        axes.set_ylim(bottom=0)
        axes.legend(loc="best")

    return _svg(draw, title)


def by_round(arms: Mapping[str, Points], unit: str, title: str) -> Plot:
    """A value of each round over the minutes of the whole run."""

    def draw(axes: Axes) -> None:
        for colour, (name, points) in zip(ARMS, arms.items(), strict=False):
            axes.plot(*zip(*points, strict=True), color=colour, marker="o", markersize=3.5, linewidth=0.8, label=name)
        axes.set(xlabel="minutes into the run", ylabel=unit)
        axes.set_ylim(bottom=0)
        axes.legend(loc="best")

    return _svg(draw, title)


def ratios(answers: Sequence[Mapping[str, object]], title: str) -> Plot:
    """Each metric's ratio with its interval, over a band of what is allowed."""
    rows = list(reversed(answers))

    def draw(axes: Axes) -> None:
        for place, one in enumerate(rows):
            ratio, low, high, allowed = (float(str(one[name])) for name in ("ratio", "low", "high", "allowed"))
            colour = ANSWERS[str(one["answer"])]
            axes.barh(place, allowed - 1 / allowed, left=1 / allowed, height=0.8, color=BAND)
            axes.plot([max(low, 0.2), min(high, 5)], [place, place], color=colour, linewidth=1.8)
            axes.plot([min(max(ratio, 0.2), 5)], [place], color=colour, marker="o", markersize=4)
        axes.axvline(1, color=TEXT, linewidth=0.8)
        axes.set_xscale("log")
        axes.set_yticks(range(len(rows)), [_short(str(one["metric"])) for one in rows])
        ticks = [tick for tick in (0.25, 0.5, 0.8, 1, 1.25, 2, 4) if axes.get_xlim()[0] <= tick <= axes.get_xlim()[1]]
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        axes.minorticks_off()
        axes.set(xlabel="candidate / baseline")
        axes.grid(axis="y", visible=False)

    return _svg(draw, title, height=0.7 + 0.21 * len(rows))


def saturation(arms: Mapping[str, Points], knees: Mapping[str, tuple[float, float] | None], title: str) -> Plot:
    """Logins a second against the users who were there; a ring around each arm's knee."""

    def draw(axes: Axes) -> None:
        for colour, (name, points) in zip(ARMS, arms.items(), strict=False):
            axes.plot(*zip(*sorted(points), strict=True), color=colour, marker="o", markersize=3, label=name)
            if found := knees[name]:
                axes.plot(*([one] for one in found), color=colour, marker="o", markersize=10, fillstyle="none")
                axes.annotate(f"{found[0]:g} users", found, (6, -12), textcoords="offset points", color=colour)
        axes.set(xlabel="users", ylabel="logins/s")
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_formatter("{x:g}")
        axes.set_ylim(bottom=0)
        axes.legend(loc="best")

    return _svg(draw, title)


def _median(runs: Runs) -> list[tuple[float, float]]:
    """The runs' median at each whole second that most of them have."""
    seconds: dict[int, list[float]] = {}
    for run in runs:
        for at, value in run:
            seconds.setdefault(int(at), []).append(value)
    return [(second, median(values)) for second, values in sorted(seconds.items()) if 2 * len(values) >= len(runs)]


def _short(metric: str) -> str:
    return metric.replace("_per_", "/").replace("_1000_", "/1000 ").replace("_", " ")


def _svg(draw: Callable[[Axes], None], title: str, height: float = SIZE[1]) -> Plot:
    with rc_context({**LOOK, "svg.hashsalt": title}):
        figure = Figure(figsize=(SIZE[0], height), layout="constrained")
        draw(figure.add_subplot())
        written = io.StringIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return Plot(title, Markup(_inline(written.getvalue(), title)))  # noqa: S704 - drawn and escaped here


def _inline(svg: str, title: str) -> str:
    """Without what is for a file of its own, its size and colours left to the page."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->", "", svg, flags=re.DOTALL)
    svg = re.sub(r' (width|height)="[\d.]+pt"', "", svg, count=2)
    svg = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size: \1px", svg)
    for colour, name in PAGE.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg.replace("<svg ", f'<svg role="img" aria-label="{title}" class="plot" ', 1)
