"""When two arms' rounds are called better, the same, worse, or too noisy to tell. On made-up rounds."""

from collections import Counter

import numpy as np
import pytest

from load import statistics
from load.metrics import BY_NAME, METRICS
from load.statistics import FEWEST, Answer, noise_floor, weigh
from load.thresholds import Threshold

ROUNDS = 20
IN_TURNS, ONE_BY_ONE = [0, 1, 1, 0, 0, 1, 1, 0], [0, 0, 0, 0, 1, 1, 1, 1]  # whose drains they are, in a lap
CPU = Threshold(BY_NAME["worker_cpu_ms_per_event"], allowed=1.08, confidence=0.995, needed=True)
RATE = Threshold(BY_NAME["drain_rate"], allowed=1.15, confidence=0.995)


def rounds(rng, noise, slower=1.0, *, drift=0.0, outliers=0.0):
    """Both arms' rounds of a metric: log-normal noise, on a machine that drifts and sometimes does something else."""
    steps = np.cumsum(rng.normal(0, drift, 2 * ROUNDS)) + rng.normal(0, noise, 2 * ROUNDS)
    steps += np.where(rng.random(2 * ROUNDS) < outliers, np.abs(rng.normal(0, 0.5, 2 * ROUNDS)), 0)
    values = 2.0 * np.exp(steps).reshape(ROUNDS // 2, 4)
    return values[:, [0, 3]].ravel(), values[:, [1, 2]].ravel() * slower  # first arm alternated


def laps(rng, slower, order):
    """Both arms' rounds, each four drains in that order, on a machine that is a third slower for spells of some."""
    slow = np.cumsum(rng.random((ROUNDS, 8)).ravel() < 1 / 6).reshape(ROUNDS, 8) % 2
    costs = np.exp(rng.normal(0, 0.06, (ROUNDS, 8)) + slow * np.log(4 / 3))
    whose = np.where(np.arange(ROUNDS)[:, None] % 2, 1 - np.array(order), order)  # first arm alternated
    old, new = (costs[whose == arm].reshape(ROUNDS, 4).mean(axis=1) for arm in (0, 1))
    return old, new * slower


def answers(times, *arguments, threshold=CPU, seed=1, **options):
    rng = np.random.default_rng(seed)
    found = (weigh(*rounds(rng, *arguments, **options), threshold, len(METRICS)) for _ in range(times))
    return Counter(one.answer for one in found)


@pytest.fixture
def no_interval(monkeypatch):
    """The interval tells "same" from "too noisy" alone: where only the other answers count there need be none."""
    monkeypatch.setattr(statistics, "interval", lambda _ratios: (0.0, 9.0))


@pytest.mark.parametrize("noise", [0.03, 0.3])
@pytest.mark.parametrize(("drift", "outliers"), [(0.0, 0.0), (0.03, 0.1)])
def test_equal_stacks_are_called_different_less_than_twice_in_a_thousand_metrics(no_interval, noise, drift, outliers):
    called = answers(1000, noise, drift=drift, outliers=outliers)
    assert called[Answer.WORSE] + called[Answer.BETTER] < 2
    assert sum(called.values()) == 1000


def test_the_test_of_equal_stacks_would_notice_a_metric_judged_by_its_size_alone(no_interval, monkeypatch):
    monkeypatch.setattr(statistics, "chance", lambda _baseline, _candidate: 0.0)
    monkeypatch.setattr(statistics, "noise_floor", lambda _rounds: 1.0)
    assert answers(200, 0.2)[Answer.WORSE] > 2


def test_a_fifteen_percent_slow_down_is_called_worse_through_three_percent_of_noise(no_interval):
    assert answers(200, 0.03, 1.15)[Answer.WORSE] >= 198


def test_a_fifteen_percent_slow_down_is_called_worse_nine_times_of_ten_on_a_machine_twice_as_noisy(no_interval):
    assert answers(200, 0.05, 1.15)[Answer.WORSE] >= 180


def test_a_slow_down_is_told_on_a_machine_that_drifts_because_neighbouring_rounds_drift_together(no_interval):
    assert answers(200, 0.03, 1.15, drift=0.03)[Answer.WORSE] >= 198


def called(slower, order, times=200):
    """The answers on a machine with slow spells."""
    rng = np.random.default_rng(1)
    return Counter(weigh(*laps(rng, slower, order), CPU, len(METRICS)).answer for _ in range(times))


def test_a_slow_down_is_told_on_a_machine_with_slow_spells_because_drains_are_taken_in_turns(no_interval):
    assert called(1.15, IN_TURNS)[Answer.WORSE] >= 180
    assert called(1.15, ONE_BY_ONE)[Answer.WORSE] < 180


def test_equal_stacks_are_not_called_different_by_slow_spells(no_interval):
    found = called(1.0, IN_TURNS, 1000)
    assert found[Answer.WORSE] + found[Answer.BETTER] < 2


def test_what_is_cheaper_by_as_much_is_called_better(no_interval):
    assert answers(200, 0.03, 1 / 1.15)[Answer.BETTER] >= 195


def test_equal_stacks_are_called_the_same_when_the_noise_is_small():
    assert answers(60, 0.02)[Answer.SAME] >= 58


def test_equal_stacks_are_too_noisy_to_tell_when_the_noise_is_larger_than_what_is_allowed():
    assert answers(60, 0.3)[Answer.TOO_NOISY] >= 58


def test_a_difference_within_what_is_allowed_is_the_same_however_significant():
    old, new = [1.0 + 0.0001 * number for number in range(12)], [1.05 + 0.0001 * number for number in range(12)]
    weighed = weigh(old, new, CPU, len(METRICS))
    assert weighed.p < 1e-4
    assert weighed.answer is Answer.SAME
    assert weighed.words == "1.05 times (1.05 to 1.05), allowed 1.08"


def test_one_round_of_each_arm_has_no_interval():
    assert weigh([1.0], [1.05], CPU, len(METRICS)).words == "1.05 times (no interval), allowed 1.08"


def test_a_difference_that_the_baseline_has_from_itself_is_not_called():
    old, new = [1.0, 1.5] * 8, [1.2, 1.8] * 8
    assert noise_floor(np.array(old)) > 1.25
    assert weigh(old, new, CPU, 1).p < 1e-3
    assert weigh(old, new, CPU, 1).answer is Answer.TOO_NOISY


def test_of_a_metric_that_is_better_when_higher_less_is_worse():
    old, new = [300.0 + one for one in range(12)], [200.0 + one for one in range(12)]
    assert weigh(old, new, RATE, len(METRICS)).answer is Answer.WORSE
    assert weigh(new, old, RATE, len(METRICS)).answer is Answer.BETTER
    assert weigh(old, new, RATE, len(METRICS)).words.endswith("allowed 0.87")


def test_exact_counts_that_differ_are_called_and_those_that_do_not_are_the_same():
    assert weigh([1000.0] * 12, [1200.0] * 12, CPU, len(METRICS)).answer is Answer.WORSE
    assert weigh([1000.0] * 12, [1000.0] * 12, CPU, len(METRICS)).answer is Answer.SAME


def test_values_below_the_grain_count_as_the_grain():
    fine = Threshold(BY_NAME["redis_connections_per_1000_events"], allowed=1.5, confidence=0.995, grain=10)
    assert weigh([0.0] * 12, [9.0] * 12, fine, len(METRICS)).answer is Answer.SAME
    assert weigh([0.0] * 12, [30.0] * 12, fine, len(METRICS)).answer is Answer.WORSE


def test_as_many_rounds_as_are_said_to_be_needed_can_tell_and_one_less_cannot():
    old, new = [1.0 + 0.001 * one for one in range(FEWEST)], [2.0 + 0.001 * one for one in range(FEWEST)]
    assert weigh(old, new, CPU, len(METRICS)).answer is Answer.WORSE
    assert weigh(old[1:], new[1:], CPU, len(METRICS)).answer is Answer.TOO_NOISY


@pytest.mark.parametrize(("old", "new"), [([], []), ([1.0], [1.2]), ([0.0] * 12, [1.0] * 12), ([1.0] * 12, [0.0] * 12)])
def test_rounds_that_have_no_ratio_tell_nothing(old, new):
    weighed = weigh(old, new, CPU, len(METRICS))
    assert weighed.answer is Answer.TOO_NOISY
    assert weighed.unanswered


def test_the_same_rounds_have_the_same_interval_again():
    old, new = rounds(np.random.default_rng(3), 0.05)
    assert weigh(old, new, CPU, 18) == weigh(old, new, CPU, 18)


@pytest.mark.parametrize("slower", [1.0, 1.15, 0.8])
def test_the_interval_holds_the_true_ratio_as_often_as_it_says(slower, monkeypatch):
    monkeypatch.setattr(statistics, "RESAMPLES", 400)
    rng = np.random.default_rng(5)
    weighed = [weigh(*rounds(rng, 0.05, slower), CPU, 18) for _ in range(200)]
    assert sum(one.low <= slower <= one.high for one in weighed) >= 184
