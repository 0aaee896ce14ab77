"""A history as swim lanes: where each mark stands in the picture. Pure geometry, in the picture's own units."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ci.report.history import PRODUCED, WORKED, History, Record, followed

LANES = ("beat", "web", "producer", "Redis", "worker", "rows")
LABELS, WIDTH, LANE, TOP, BOTTOM = 64, 960, 46, 40, 26
MARGIN = 10  # right of the last mark
TICKS = 8


@dataclass(frozen=True)
class Mark:
    """One record, or several of a kind that would stand on the same spot."""

    x: float
    y: float
    kind: str
    words: str


@dataclass(frozen=True)
class Turn:
    """A fault or a moment: a line through all lanes. `row` keeps labels that stand close from covering one another."""

    x: float
    kind: str
    name: str
    row: int


@dataclass(frozen=True)
class Step:
    """One record of the event that is followed, for the list below the picture."""

    at: float
    kind: str
    where: str


@dataclass(frozen=True)
class Picture:
    """Swim lanes. `path` are the points of the line of the followed event; `ticks` are (x, seconds)."""

    title: str
    width: float
    height: float
    lanes: Sequence[tuple[str, float]]
    marks: Sequence[Mark]
    turns: Sequence[Turn]
    path: Sequence[tuple[float, float]]
    ticks: Sequence[tuple[float, str]]
    event: str
    steps: Sequence[Step]
    counts: Sequence[tuple[str, int]]


def picture(history: History) -> Picture:
    """The swim lanes of a history; lanes in which nothing happened are left out, but Redis is between all others."""
    used = {_lane(one) for one in history.records} | {"Redis"}
    lanes = [lane for lane in LANES if lane in used]
    heights = {lane: TOP + LANE * (number + 0.5) for number, lane in enumerate(lanes)}
    scale = (WIDTH - LABELS - MARGIN) / (history.seconds or 1)

    def x(at: float) -> float:
        return round(LABELS + at * scale, 1)

    chosen = followed(history)
    return Picture(
        history.title,
        WIDTH,
        TOP + LANE * len(lanes) + BOTTOM,
        list(heights.items()),
        _marks(history, x, heights),
        _turns(history, x),
        _path(chosen, x, heights),
        [(x(at), f"{at:g} s") for at in _round_seconds(history.seconds)],
        chosen[0].event if chosen else "",
        [Step(one.at, one.kind, " ".join(filter(None, [one.process, one.stack]))) for one in chosen],
        [(kind, len(history.of(kind))) for kind in (*PRODUCED, *WORKED, "effect") if history.of(kind)],
    )


def _lane(one: Record) -> str:
    if one.kind == "effect":
        return "rows"
    if one.kind in WORKED:
        return "worker"
    if one.kind in PRODUCED:
        return next((lane for lane in ("beat", "web") if one.process.startswith(lane)), "producer")
    return "Redis"


def _marks(history: History, x: Callable[[float], float], heights: dict[str, float]) -> list[Mark]:
    spots: dict[tuple[float, str, str], list[Record]] = {}
    for one in history.of(*PRODUCED, *WORKED, "effect"):
        spots.setdefault((round(x(one.at)), _lane(one), one.kind), []).append(one)
    return [Mark(place, heights[lane], kind, _words(found)) for (place, lane, kind), found in spots.items()]


def _words(found: Sequence[Record]) -> str:
    first = found[0]
    what = f"{first.kind} {first.event}" if len(found) == 1 else f"{len(found)} {first.kind}"
    return f"{first.at:.2f} s: {what} {first.process} {first.stack}".rstrip()


def _turns(history: History, x: Callable[[float], float]) -> list[Turn]:
    return [
        Turn(x(one.at), one.kind, one.detail or one.kind, number % 2)
        for number, one in enumerate(history.of("fault", "moment"))
    ]


def _path(
    chosen: Sequence[Record], x: Callable[[float], float], heights: dict[str, float]
) -> list[tuple[float, float]]:
    """From lane to lane; between being sent and being received an event is in Redis."""
    points: list[tuple[float, float]] = []
    lane = ""
    for one in chosen:
        if _lane(one) == "worker" and lane in ("beat", "web", "producer"):
            points += [(points[-1][0], heights["Redis"]), (x(one.at), heights["Redis"])]
        lane = _lane(one)
        points.append((x(one.at), heights[lane]))
    return points


def _round_seconds(seconds: float) -> list[float]:
    """At most TICKS round instants from 0 to the end."""
    step = next(step for step in _round_steps() if seconds / step <= TICKS)
    return [number * step for number in range(int(seconds / step) + 1)]


def _round_steps() -> Sequence[float]:
    return [base * 10.0**power for power in range(-3, 300) for base in (1, 2, 5)]
