"""The ways of delivery that are compared, each with its promise."""

from dataclasses import dataclass

from harness.errors import UsageError


@dataclass(frozen=True)
class Way:
    """A value of the reference app's AUDIT_DELIVERY.

    `promise` is what a crash can lose, for people to read beside the numbers; `queued`: a worker writes the rows;
    `needs`: a package that is not among every stack's pins.
    """

    name: str
    promise: str
    queued: bool = False
    needs: str = ""


WAYS = (
    Way("none", "nothing is written: what the other ways are measured against"),
    Way("sync", "the row is there before the answer; a database that is away or slow is felt by the login"),
    Way(
        "plan",
        "acknowledged before it is run: a worker that dies loses what it holds; a broker that is away stalls or"
        " fails the login; one result a login stays in Redis for a day",
        queued=True,
    ),
    Way(
        "safe",
        "acknowledged when its row is there, written once however often delivered; lost only with the broker's memory",
        queued=True,
    ),
    Way(
        "batch",
        "as safe, many rows in one insert: acknowledged when they are there; the batch of a pool process that dies is"
        " late, until its worker is stopped or by the broker's visibility timeout (an hour)",
        queued=True,
        needs="celery-batches",
    ),
)
BY_NAME = {way.name: way for way in WAYS}


def find(name: str) -> Way:
    """The way of that name. Raises UsageError for another."""
    if name not in BY_NAME:
        raise UsageError(f"no way of delivery is called {name!r}: there are {', '.join(BY_NAME)}")
    return BY_NAME[name]
