"""Which differences between observations block, by the team's own rules (ci/rules.toml). None does by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

import tomllib

from ci.observations import between
from harness.errors import UsageError
from harness.outcomes import FAILED, PASSED, Outcome


@dataclass(frozen=True)
class Rule:
    """`observation` is a pattern, with * and ?, for a difference's address ("configuration.worker_*")."""

    observation: str
    reason: str


def read(path: Path) -> list[Rule]:
    """The rules of a file. Raises UsageError, with what is wrong, for a file that is none."""
    try:
        return [Rule(**entry) for entry in tomllib.loads(path.read_text())["blocks"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no file of rules, `[[blocks]]` of observation and reason: {error}") from error


def enforce(
    rules: Sequence[Rule], baseline: Mapping[str, Outcome], candidate: Mapping[str, Outcome]
) -> dict[str, Outcome]:
    """The candidate's outcomes, in which a scenario that passed on both fails when a rule minds what it observed.

    So it is compared, repeated, told and replayed like every other failure.
    """
    return {name: _judged(rules, baseline.get(name), outcome) for name, outcome in candidate.items()}


def _judged(rules: Sequence[Rule], old: Outcome | None, new: Outcome) -> Outcome:
    if old is None or not old.result == new.result == PASSED:
        return new
    minded = [
        f"{one.words} ({rule.reason})"
        for one in between(old, new)
        for rule in rules
        if fnmatchcase(one.address, rule.observation)
    ]
    return replace(new, result=FAILED, cause="; ".join(minded)) if minded else new
