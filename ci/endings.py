"""Being asked to end: the first time ends a run, with what is known so far kept; later ones change nothing."""

import signal
from types import FrameType

ENDINGS = (signal.SIGINT, signal.SIGTERM)  # SIGINT by hand: Python leaves it ignored in a shell's background job


def listen() -> None:
    """From now on being asked to end raises KeyboardInterrupt, once."""
    for ending in ENDINGS:
        signal.signal(ending, _interrupt)


def deaf() -> None:
    """From now on it changes nothing, however often: what is known is being kept."""
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    deaf()
    raise KeyboardInterrupt
