"""The table of an upgrade's moments."""

from dataclasses import replace

from ci.comparison import Comparison
from ci.moments_table import rows
from ci.tests.helpers import ONE, compared, outcome

TALLY = {"attempted": 10, "acked": 10, "effect": 9, "lost": 1, "duplicated": 0, "recovered": 0}


def seen(moment: str, **tally) -> Comparison:
    """A comparison of one moment, the baseline without a loss."""
    old, new = ({f"moment: {moment}": {**TALLY, **one}} for one in ({"lost": 0, "effect": 10}, tally))
    return Comparison(ONE, replace(outcome("passed"), observations=old), replace(outcome("failed"), observations=new))


def test_each_moment_has_its_counts_on_both_arms_in_the_order_of_the_upgrade():
    told = rows([seen("after", lost=3), seen("web_first")])

    assert told[0] == ("web_first", "10", "10", "10", "0", "0", "10", "10", "9", "1", "0")
    assert told[1] == ("after", "10", "10", "10", "0", "0", "10", "10", "9", "3", "0")


def test_a_moment_that_was_not_reached_has_no_counts_and_without_moments_there_is_no_table():
    one = seen("after")
    cut = replace(one, candidate=outcome("failed"))

    assert rows([cut]) == [("after", "10", "10", "10", "0", "0", *"·····")]
    assert rows([compared("passed", "passed")]) == []
