"""The pytest runs that a round of a question consists of."""

from collections.abc import Mapping, Sequence

from ci.question import ARMS, Question
from ci.run_folder import RunFolder
from ci.shares import shared
from ci.suite import Order
from ci.tier import Tier
from harness.stack.store import Built


def orders(
    question: Question, built: Mapping[str, Built], folder: RunFolder, name: str = "{}", *, of: Sequence[str] = ()
) -> list[Order]:
    """Both arms' runs: of these scenarios by id, or of the question's targets; logs are kept under `name` of the arm.

    The baseline runs alone; beside the candidate, the baseline may go on for a while. Whoever looks at what runs, and
    the few scenarios of the quick tier, have one run of each arm for all.
    """
    alone = question.keep or question.tier is Tier.QUICK
    targets, options = (of, []) if of else (question.scenarios, _options(question, folder))
    old = built["baseline"]
    both = [Order(arm, built[arm], targets, folder.path / name.format(arm), old=old) for arm in ARMS]
    return [one for order in both for one in shared(order, options, alone=alone)]


def _options(question: Question, folder: RunFolder) -> list[str]:
    """What the tier makes of the targets."""
    full = ["--full"] if question.tier is Tier.FULL else []
    return [*full, *folder.listed("only", question.selected)]
