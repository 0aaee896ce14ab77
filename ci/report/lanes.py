"""A history as swim lanes: where everything stands in the picture. Pure geometry, in the picture's own units."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ci.report.history import PRODUCED, WORKED, History, Record, followed
from ci.report.turns import Turn, turns

LABELS, WIDTH, LANE, ROW, BOTTOM = 118, 960, 46, 15, 26
MARGIN = 10  # right of the last mark
TICKS = 8
MOST_PROCESSES = 4  # of one role that have a lane each
LETTERS = 18  # of a lane's name
ROLES = ("beat", "web", "producer", "Redis", "worker", "rows")
BAD = ("refused", "retried", "failed", "revoked")


@dataclass(frozen=True)
class Strokes:
    """All marks of one look in one lane: their places, each once."""

    y: float
    look: str
    places: Sequence[int]


@dataclass(frozen=True)
class Step:
    """One record of the event that is followed, for the list below the picture."""

    at: float
    kind: str
    where: str


@dataclass(frozen=True)
class Picture:
    """Swim lanes. `path` are the points of the line of the followed event; `ticks` are (x, words)."""

    title: str
    width: float
    top: float
    height: float
    lanes: Sequence[tuple[str, float]]
    strokes: Sequence[Strokes]
    turns: Sequence[Turn]
    path: Sequence[tuple[float, float]]
    ticks: Sequence[tuple[float, str]]
    event: str
    steps: Sequence[Step]
    counts: Sequence[tuple[str, int]]


def picture(history: History) -> Picture:
    """The swim lanes of a history: one for each process of a role that did something, and Redis between them."""
    scale = (WIDTH - LABELS - MARGIN) / (history.seconds or 1)

    def x(at: float) -> float:
        return round(LABELS + at * scale, 1)

    turned, chosen = turns(history.of("fault", "moment"), x, WIDTH), followed(history)
    top = ROW * (2 + max((turn.row for turn in turned), default=0))
    known = history.of(*PRODUCED, *WORKED, "effect")
    lane_of, heights = _lanes(known, top)
    return Picture(
        history.title,
        WIDTH,
        top,
        top + LANE * len(heights) + BOTTOM,
        [(_short(lane), y) for lane, y in heights.items()],
        _strokes(known, x, lane_of, heights),
        turned,
        _path(chosen, x, lane_of, heights),
        [(x(at), f"{at:g} s") for at in _round_seconds(history.seconds)],
        chosen[0].event if chosen else "",
        [Step(one.at, one.kind, " ".join(filter(None, [one.process, one.stack]))) for one in chosen],
        [(kind, len(history.of(kind))) for kind in (*PRODUCED, *WORKED, "effect") if history.of(kind)],
    )


def role(one: Record) -> str:
    """What part did it: a worker what Celery tells of a task, a producer the rest, beat and web by their names."""
    if one.kind == "effect":
        return "rows"
    if one.kind in WORKED:
        return "worker"
    return next((name for name in ("beat", "web") if name in one.process), "producer")


def _lanes(records: Sequence[Record], top: float) -> tuple[Callable[[Record], str], dict[str, float]]:
    """Which lane a record is in, and the height of each lane; of a role with too many processes all are in one."""
    names: dict[str, list[str]] = {one: [] for one in ROLES}
    for one in records:
        if one.process not in names[role(one)]:
            names[role(one)].append(one.process)
    names["Redis"] = ["Redis"]
    together = {one for one in ROLES if len(names[one]) > MOST_PROCESSES or one == "rows" or "" in names[one]}
    lanes = [lane for one in ROLES for lane in ([one] if one in together and names[one] else names[one])]
    heights = {lane: top + LANE * (number + 0.5) for number, lane in enumerate(dict.fromkeys(lanes))}
    return lambda one: role(one) if role(one) in together else one.process, heights


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"


def _strokes(
    records: Sequence[Record],
    x: Callable[[float], float],
    lane_of: Callable[[Record], str],
    heights: Mapping[str, float],
) -> list[Strokes]:
    places: dict[tuple[str, str], set[int]] = {}
    for one in records:
        look = "bad" if one.kind in BAD else "effect" if one.kind == "effect" else "good"
        places.setdefault((lane_of(one), look), set()).add(round(x(one.at)))
    return [Strokes(heights[lane], look, sorted(found)) for (lane, look), found in places.items()]


def _path(
    chosen: Sequence[Record],
    x: Callable[[float], float],
    lane_of: Callable[[Record], str],
    heights: Mapping[str, float],
) -> list[tuple[float, float]]:
    """From lane to lane; between being sent and being received an event is in Redis."""
    points: list[tuple[float, float]] = []
    before = ""
    for one in chosen:
        if role(one) == "worker" and before in ("beat", "web", "producer"):
            points += [(points[-1][0], heights["Redis"]), (x(one.at), heights["Redis"])]
        before = role(one)
        points.append((x(one.at), heights[lane_of(one)]))
    return points


def _round_seconds(seconds: float) -> list[float]:
    """At most TICKS round instants from 0 to the end."""
    step = next(step for step in _round_steps() if seconds / step <= TICKS)
    return [number * step for number in range(int(seconds / step) + 1)]


def _round_steps() -> Sequence[float]:
    return [base * 10.0**power for power in range(-3, 300) for base in (1, 2, 5)]
