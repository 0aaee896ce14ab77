"""The cheapest things that together cover most: greedy set cover within a budget. Pure.

Chvátal, "A greedy heuristic for the set-covering problem" (1979): take again and again what covers most of what is not
covered yet for its cost.
"""

from collections.abc import Collection, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    """What something covers, and what it costs (above 0)."""

    covers: AbstractSet[str]
    cost: float


def cover(offers: Mapping[str, Offer], budget: float, wanted: Collection[str]) -> list[str]:
    """The names of the offers taken, best first: each covers something wanted that those before it do not.

    One that no longer fits into the budget is passed over; the order of names decides between equals.
    """
    taken: list[str] = []
    missing = set(wanted)
    while best := _best(offers, missing, budget):
        taken.append(best)
        missing -= offers[best].covers
        budget -= offers[best].cost
    return taken


def _best(offers: Mapping[str, Offer], missing: AbstractSet[str], budget: float) -> str | None:
    worth = {
        name: len(offer.covers & missing) / offer.cost
        for name, offer in sorted(offers.items())
        if offer.cost <= budget and offer.covers & missing
    }
    return max(worth, key=worth.__getitem__) if worth else None
