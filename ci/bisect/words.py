"""The answer of a search, for people and for programs."""

from collections.abc import Sequence
from typing import Any

from packaging.requirements import Requirement
from packaging.version import Version

from ci.bisect.mixture import ABSENT, PYTHON
from ci.bisect.search import Culprit, Found


def sentences(found: Found, known: Sequence[tuple[str, str]]) -> list[str]:
    """The answer in sentences, the shortest first. `known`: what the scenario's marks say of upstream."""
    alone, together = ("fixes", "together fix") if found.is_fix else ("breaks", "together break")
    if not found.culprits:
        parts = _all([*found.unclear, *found.along])
        return [f"It could not be narrowed down further than to {parts}.", *found.remarks]
    moves = [_move(one) for one in found.culprits]
    lines = [f"{_all(moves)} {alone if len(moves) == 1 else together} it."]
    lines += [_untold(one) for one in found.culprits if one.untold]
    lines += [f"Moves with it: {_all(found.along)}."] if found.along else []
    lines += [_unclear(found.unclear)] if found.unclear else []
    lines += [f"Upstream: {words}" for words in upstream(found, known)]
    return [*lines, *found.remarks]


def upstream(found: Found, known: Sequence[tuple[str, str]]) -> list[str]:
    """What is known of exactly this: of marks (requirement, words), those that hold on one side of a culprit only."""
    fitting = [words for line, words in known for one in found.culprits if _parts(Requirement(line), one)]
    return list(dict.fromkeys(fitting))


def as_data(found: Found, known: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The answer for bisect.json."""
    culprits = [
        {
            "part": one.part,
            "before": one.before,
            "at": one.at,
            "seen": dict(zip(("before", "at"), one.seen, strict=True)),
            "untold": dict(one.untold),
        }
        for one in found.culprits
    ]
    return {
        "effect": "fix" if found.is_fix else "regression",
        "culprits": culprits,
        "along": list(found.along),
        "unclear": list(found.unclear),
        "cause": found.failing.cause,
        "upstream": upstream(found, known),
        "sentences": sentences(found, known),
    }


def _parts(mark: Requirement, one: Culprit) -> bool:
    """True when a mark holds for one of a culprit's versions and not for the other; a prerelease counts as final."""
    if mark.name != one.part or ABSENT in (one.before, one.at):
        return False
    before, at = (mark.specifier.contains(Version(version).base_version) for version in (one.before, one.at))
    return before != at


def _move(one: Culprit) -> str:
    name = "Python" if one.part == PYTHON else one.part
    return f"{name} {one.before or 'absent'} → {one.at or 'absent'}"


def _untold(one: Culprit) -> str:
    reasons = "; ".join(f"{release}: {why}" for release, why in one.untold.items())
    return f"It is one of {one.part} {_all([*one.untold, one.at], 'or')}: nothing could be learnt of {reasons}"


def _unclear(parts: Sequence[str]) -> str:
    is_, it = ("is", "it") if len(parts) == 1 else ("are", "they")
    return f"Whether {_all(parts)} {is_} needed as well could not be learnt: {it} moved in each of these sets."


def _all(names: Sequence[str], word: str = "and") -> str:
    return ", ".join(names[:-1]) + f" {word} {names[-1]}" if len(names) > 1 else "".join(names)
