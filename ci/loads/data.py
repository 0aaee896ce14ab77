"""A load run as data: load.json, as ci/load.schema.json describes it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from ci.loads.design import Design
from ci.plan import Step
from ci.verdict import Verdict
from load import ways
from load.arm import Arm
from load.comparison import counts, overhead
from load.metrics import METRICS
from load.round import Round
from load.statistics import Weighed

SCHEMA = 1


@dataclass(frozen=True)
class Facts:
    """What a load run was about. `load_average` is the machine's over the last minute, when it began and ended."""

    run: str
    command: str
    kind: str  # "stacks": two arms were compared; "ways": ways of delivery, one beside the other
    services: str
    design: Design
    load_average: tuple[float, float]


def as_data(
    facts: Facts,
    arms: Sequence[Arm],
    rounds: Sequence[Round],
    weighed: Sequence[Weighed],
    verdict: Verdict,
    steps: Sequence[Step],
) -> dict[str, Any]:
    """The content of load.json. Times are in seconds unless a metric's unit says otherwise."""
    return {
        "schema": SCHEMA,
        **_about(facts),
        "verdict": verdict.answer.name,
        "exit_code": verdict.answer.value,
        "reasons": list(verdict.reasons),
        "steps": [{"title": one.title, "remark": one.remark, "seconds": one.seconds} for one in steps],
        "arms": [_arm(one, rounds) for one in arms],
        "metrics": [_metric(one) for one in METRICS],
        "answers": [_answer(one) for one in weighed],
        "rounds": [_round(one) for one in rounds],
    }


def _about(facts: Facts) -> dict[str, Any]:
    """The facts, the design's own beside them; how many rounds there were is told by the rounds."""
    about = asdict(facts)
    design = about.pop("design")
    return about | {name: design[name] for name in ("shape", "backlog", "drains", "sittings")}


def _arm(arm: Arm, rounds: Sequence[Round]) -> dict[str, Any]:
    stack = arm.interpreter
    return {
        "name": arm.name,
        "stack": stack.stack,
        "python": stack.version,
        "pins": stack.pins,
        "way": arm.way,
        "promise": ways.find(arm.way).promise,
        "password_hash": arm.password_hash,
        "counts": counts(rounds, arm.name),
        "overhead": overhead(rounds, arm.name),
    }


def _metric(metric: Any) -> dict[str, Any]:
    told = {"name": metric.name, "unit": metric.unit, "better": metric.better, "meaning": metric.meaning}
    return told | {"source": metric.source.value}


def _answer(one: Weighed) -> dict[str, Any]:
    numbers = ("baseline", "candidate", "ratio", "low", "high", "floor", "p")
    threshold = {name: getattr(one.threshold, name) for name in ("allowed", "limit", "confidence", "needed", "grain")}
    told = {name: getattr(one, name) for name in numbers}
    return {"metric": one.metric.name, "answer": one.answer.value, **told, **threshold, "words": one.words}


def _round(one: Round) -> dict[str, Any]:
    """A round, its single times to a tenth of a millisecond: there are thousands."""
    series = {name: [[round(at, 3), round(value, 5)] for at, value in points] for name, points in one.series.items()}
    return asdict(one) | {"latencies": [round(seconds, 4) for seconds in one.latencies], "series": series}
