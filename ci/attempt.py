"""Carries a plan out whatever happens on the way: what stops it is a verdict, not an error."""

from collections.abc import Callable, Sequence

from ci.plan import Step, carry_out, describe
from ci.run_folder import RunFolder
from ci.screen import Screen
from ci.verdict import Answer, Verdict
from harness.errors import PreflightError


def attempt(
    steps: Sequence[Step], folder: RunFolder, screen: Screen, first: Callable[[], None] = lambda: None
) -> Verdict | None:
    """Keep and print the plan, do `first`, then the steps; None when all came to their end, else what stopped them.

    Ctrl-C is INCONCLUSIVE as any error is that has no exit code of its own.
    """
    current = [(1, steps[0])]

    def before(number: int, step: Step) -> None:
        current[0] = (number, step)
        screen.before(number, step)

    try:
        folder.write_plan(describe(steps))
        screen.plan(steps)
        first()
        carry_out(steps, before, screen.after)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - whatever it was, it is no answer
        verdict = stopped_by(error)
        screen.stopped(*current[0], verdict.reasons[0])
        folder.write_plan(describe(steps, failed=current[0][1]))
        return verdict
    return None


def stopped_by(error: BaseException) -> Verdict:
    """The verdict on a run that ended with this."""
    if isinstance(error, KeyboardInterrupt):
        return Verdict(Answer.INCONCLUSIVE, ("interrupted",))
    code = error.exit_code if isinstance(error, PreflightError) else Answer.INCONCLUSIVE.value
    return Verdict(Answer(code), (on_one_line(error),))


def on_one_line(error: BaseException) -> str:
    """What an error says; its class where it says nothing."""
    return " ".join(str(error).split()) or type(error).__name__
