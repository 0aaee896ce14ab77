"""Two arms' rounds, weighed: is a metric better, the same or worse on the candidate, or is it too noisy to tell?

Pure. A difference has to be significant (Mann-Whitney's U or, of the pairs, Wilcoxon's signed ranks; for all metrics
of a run together), larger than what is allowed, and larger than what the same stack differs from itself in the same
run. Significance alone calls every small difference once there are rounds enough, size alone every noise. (asv
`_stats.py` and benchstat ask for both)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from load.metrics import Metric
from load.thresholds import Threshold

SHOWN = 0.95  # confidence of the interval that is shown, and that has to lie within what is allowed for "same"
RESAMPLES = 4000
SEED = 20231215  # the same rounds have the same interval, whenever they are weighed
FEWEST = 9  # rounds of each arm: with fewer, even arms that lie wholly apart are not significant among 18 metrics
MOST_PAIRS = 10  # of an arm's rounds that are dealt out: 2 ** 10 ways
UNKNOWN = 1000.0  # stands for a ratio that nothing is known of; JSON has no infinity
QUANTILE = 0.95  # of what an arm differs from itself by, that is its noise floor

Values = NDArray[np.float64]


class Answer(Enum):
    """How the candidate's metric relates to the baseline's."""

    WORSE = "worse"
    TOO_NOISY = "too noisy to tell"
    SAME = "same"
    BETTER = "better"


@dataclass(frozen=True)
class Weighed:
    """One metric on both arms.

    `baseline` and `candidate` are medians. `ratio` is candidate / baseline, of rounds that ran next to one another (see
    pseudomedian), with its interval `low` to `high` (95 %).
    `floor` is the ratio, at least 1, by which each arm differs from itself. `p`: see chance.
    """

    threshold: Threshold
    baseline: float
    candidate: float
    ratio: float
    low: float
    high: float
    floor: float
    p: float
    answer: Answer

    @property
    def metric(self) -> Metric:
        """What was measured."""
        return self.threshold.metric

    @property
    def blocks(self) -> bool:
        """True when it is worse than is allowed."""
        return self.answer is Answer.WORSE

    @property
    def unanswered(self) -> bool:
        """True when there is no answer to a metric that needs one."""
        return self.answer is Answer.TOO_NOISY and self.threshold.needed

    @property
    def words(self) -> str:
        """What was observed against what is allowed, on one line."""
        return f"{self.ratio:.2f} times ({spread(self.low, self.high)}), allowed {self.threshold.limit:.2f}"


def spread(low: float, high: float) -> str:
    """An interval of a ratio in words; one round of each arm has none."""
    return "no interval" if high >= UNKNOWN else f"{low:.2f} to {high:.2f}"


def weigh(old: Sequence[float], new: Sequence[float], threshold: Threshold, metrics: int) -> Weighed:
    """One metric's rounds on the baseline and on the candidate, in the order in which they ran, weighed.

    `metrics` is how many the run answers: the needed confidence is that of all of them together (Bonferroni). Rounds
    are taken in pairs, which ran next to one another; one without a partner is left out. Values below the threshold's
    grain count as the grain.
    """
    pairs = min(len(old), len(new))
    baseline, candidate = (np.maximum(np.array(one[:pairs], float), threshold.grain) for one in (old, new))
    if not pairs or min(baseline.min(), candidate.min()) <= 0:
        return _nothing(threshold)
    ratios = np.log(candidate / baseline)
    low, high = interval(ratios)
    ratio = float(np.exp(pseudomedian(ratios)))
    floor = max(noise_floor(baseline[1:]), noise_floor(candidate))  # A B, B A, A B: so the nearest are dealt out
    p = chance(baseline, candidate)
    answer = _answer(ratio, (low, high), floor, p * metrics <= 1 - threshold.confidence, threshold)
    medians = float(np.median(old[:pairs])), float(np.median(new[:pairs]))
    return Weighed(threshold, *medians, ratio, low, high, floor, p, answer)


def pseudomedian(ratios: Values, axis: int = -1) -> Values:
    """The middle of the means of every two of these logarithms (Hodges and Lehmann), which belongs to Wilcoxon's test.

    Of pairs that ran next to one another: what makes the machine slower for both of a pair cancels out.
    """
    values = np.moveaxis(ratios, axis, -1)
    one, other = np.triu_indices(values.shape[-1])
    return np.asarray(np.median((values[..., one] + values[..., other]) / 2, axis=-1))


def interval(ratios: Values) -> tuple[float, float]:
    """A 95 % interval of the ratio, by bootstrap over the pairs; `ratios` are logarithms.

    Of few pairs the percentiles of the resamples lie too close: they are taken further out, by Student's t (Hesterberg,
    "What Teachers Should Know About the Bootstrap", 2015: expanded percentile interval).
    """
    pairs = len(ratios)
    if pairs < 2:
        return 0.0, UNKNOWN
    tail = stats.norm.cdf(np.sqrt(pairs / (pairs - 1)) * stats.t.ppf((1 - SHOWN) / 2, pairs - 1))
    found = stats.bootstrap(
        (ratios,),
        pseudomedian,
        vectorized=True,
        n_resamples=RESAMPLES,
        confidence_level=1 - 2 * tail,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return float(np.exp(found.low)), float(np.exp(found.high))


def chance(baseline: Values, candidate: Values) -> float:
    """How likely rounds at least as different are when there is no difference, two-sided, at most 1.

    The smaller of two tests' p, doubled because there are two: Mann-Whitney's U, which takes the rounds as they are,
    and Wilcoxon's signed ranks of the pairs' ratios, which still tells when a machine that gets slower and faster all
    the time has spread the rounds of each arm.
    """
    apart = float(stats.mannwhitneyu(baseline, candidate, method="exact").pvalue)
    ratios = np.log(candidate / baseline)
    paired = float(stats.wilcoxon(ratios[ratios != 0], method="exact").pvalue) if ratios.any() else 1.0
    return min(1.0, 2 * min(apart, paired))


def noise_floor(rounds: Values) -> float:
    """The ratio, at least 1, by which one arm's rounds differ from themselves.

    Neighbouring rounds are dealt out to two halves in every way there is, so that the halves are interleaved much as
    the two arms are (the arms' drains even closer: of them the floor is rather too high). The floor is what 95 % of the
    ratios of the halves stay below. Two halves differ more than two whole arms do: by the root of two, since they have
    half the pairs.
    """
    pairs = min(len(rounds) // 2, MOST_PAIRS)
    if not pairs:
        return UNKNOWN
    first, second = np.log(rounds[: 2 * pairs]).reshape(pairs, 2).T
    dealt = np.array(list(product((-1, 1), repeat=pairs)))
    return float(np.exp(np.quantile(np.abs(pseudomedian(dealt * (second - first))), QUANTILE) / np.sqrt(2)))


def _answer(ratio: float, found: tuple[float, float], floor: float, significant: bool, threshold: Threshold) -> Answer:
    worse_by = 1 / ratio if threshold.metric.better == "higher" else ratio
    needed = max(threshold.allowed, floor)
    if significant and worse_by > needed:
        return Answer.WORSE
    if significant and 1 / worse_by > needed:
        return Answer.BETTER
    within = 1 / threshold.allowed <= found[0] and found[1] <= threshold.allowed
    return Answer.SAME if within else Answer.TOO_NOISY


def _nothing(threshold: Threshold) -> Weighed:
    """Nothing was measured, or nothing that has a ratio."""
    return Weighed(threshold, 0, 0, 1, 0, 0, 1, 1, Answer.TOO_NOISY)
