"""Why the answer is what it is, for the head of the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from ci.comparison import Change
from ci.report.cards import Card
from ci.verdict import Answer


@dataclass(frozen=True)
class Reason:
    """One reason. With a `link` to a finding's card it has that one's `title`; else it is the `text` alone."""

    text: str
    title: str = ""
    link: str = ""


def reasons(verdict: str, said: Sequence[str], cards: Sequence[Card]) -> list[Reason]:
    """What blocks, each linked to its evidence; for every other answer what the gate said."""
    if verdict != Answer.BLOCKED.name:
        return [Reason(text) for text in said]
    blocking = (card for card in cards if card.change == Change.REGRESSED.value and not card.accepted)
    return [Reason(card.lapsed or card.cause, card.title, card.link) for card in blocking]
