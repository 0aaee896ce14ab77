"""From a load comparison to the answer. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ci.verdict import Answer, Verdict
from load.comparison import HARMS
from load.statistics import Answer as Told
from load.statistics import Weighed


def judge(weighed: Sequence[Weighed], harms: Mapping[str, tuple[int, int]]) -> Verdict:
    """The verdict on two arms: BLOCKED by a metric beyond its threshold or a harm (name -> how many on each arm).

    INCONCLUSIVE when nothing was measured, or when a metric that needs an answer has none.
    """
    blocking = [f"{one.metric.name}: {one.words}" for one in weighed if one.blocks]
    blocking += [f"{what} events: {new} on the candidate, {old} on the baseline" for what, (old, new) in harms.items()]
    if blocking:
        return Verdict(Answer.BLOCKED, tuple(blocking))
    doubts = [f"{one.metric.name}: too noisy to tell: {one.words}" for one in weighed if one.unanswered]
    if doubts or not weighed:
        return Verdict(Answer.INCONCLUSIVE, tuple(doubts) or ("nothing was measured on both",))
    counted = Counter(one.answer for one in weighed)
    told = [
        f"{counted[answer]} {answer.value}" for answer in (Told.SAME, Told.BETTER, Told.TOO_NOISY) if counted[answer]
    ]
    return Verdict(Answer.SAFE, (f"{len(weighed)} metrics: {', '.join(told)}; none worse beyond what is allowed",))


def beside(counts: Mapping[str, Mapping[str, int]]) -> Verdict:
    """The verdict on ways of delivery beside one another (way -> its counts): none may lose or double an event."""
    if not counts or not all(found["acked"] for found in counts.values()):
        return Verdict(Answer.INCONCLUSIVE, ("nothing was measured on every way",))
    bad = [f"{way}: {found[what]} {what}" for way, found in counts.items() for what in HARMS if found[what]]
    if bad:
        return Verdict(Answer.BLOCKED, tuple(bad))
    logins = sum(found["acked"] for found in counts.values())
    return Verdict(Answer.SAFE, (f"{logins:,} logins, none of their events lost or written twice",))
