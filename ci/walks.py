"""Random walks as the gate asks for them: by the id of a scenario, which carries seed and steps."""

import re
from collections.abc import Sequence

from harness.walk import describe, plan

SCENARIO = "scenarios/upgrade/test_walk.py::test_a_walk_loses_nothing[seed-{seed}-{steps}]"
PATTERN = re.compile(re.escape(SCENARIO).replace(r"\{seed\}", r"(\d+)").replace(r"\{steps\}", r"(\d+)"))
STEPS_OF_A_WALK = 30
MOST_STEPS = 50  # a scenario may take 230 s


def scenario_of(seed: int, steps: int) -> str:
    """The id of a walk's scenario."""
    return SCENARIO.format(seed=seed, steps=steps)


def told(targets: Sequence[str]) -> str:
    """The numbered steps of the walks among the targets; empty when none is asked for by its id."""
    walks = (PATTERN.fullmatch(target) for target in targets)
    return "\n".join(_told(int(walk[1]), int(walk[2])) for walk in walks if walk)


def _told(seed: int, steps: int) -> str:
    return f"The walk of seed {seed}, {steps} steps:\n{describe(plan(seed, steps))}"
