"""The database scheduler in this process under a frozen clock: what it sends, and when."""

import datetime as dt
from itertools import pairwise

import pytest

UTC = dt.timezone.utc
DAY, MINUTE = dt.timedelta(days=1), dt.timedelta(minutes=1)
NIGHT = dt.datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
pytestmark = pytest.mark.guards("daily-clean-up", "timezone-utc")


def test_the_clean_up_is_sent_once_at_three_in_the_morning_utc(frozen_beat, periodic):
    with frozen_beat(NIGHT - 30 * MINUTE) as beat:
        periodic("Clean MFA Data Daily", cron="0 3")
        beat.run_until(NIGHT + 30 * MINUTE)
    assert beat.firings("Clean MFA Data Daily") == [NIGHT]


def test_the_clean_up_is_not_sent_at_any_other_hour_of_the_day(frozen_beat, periodic):
    with frozen_beat(NIGHT + MINUTE) as beat:
        periodic("Clean MFA Data Daily", cron="0 3")
        beat.run_until(NIGHT + DAY - MINUTE, near=[NIGHT + hours * DAY / 24 for hours in range(1, 24)])
    assert beat.firings("Clean MFA Data Daily") == []


def test_thirty_one_days_of_a_daily_task_are_thirty_one_firings_at_its_time(frozen_beat, periodic):
    nights = [NIGHT + day * DAY for day in range(31)]
    with frozen_beat(NIGHT - DAY / 2) as beat:
        periodic("daily", cron="0 3")
        beat.run_until(nights[-1] + DAY / 2, near=nights)
    assert beat.firings("daily") == nights


def test_a_task_of_every_minute_is_sent_1440_times_a_day_and_no_extra_first_time(frozen_beat, periodic):
    midnight = NIGHT.replace(hour=0)
    with frozen_beat(midnight - MINUTE / 2, max_interval=60) as beat:
        periodic("every minute", cron="* *")
        beat.run_until(midnight + DAY - MINUTE / 2)
    assert beat.firings("every minute") == [midnight + minute * MINUTE for minute in range(1440)]


def test_an_interval_is_first_sent_one_interval_after_it_was_made_and_never_early(frozen_beat, periodic):
    every = dt.timedelta(seconds=20)
    with frozen_beat(NIGHT) as beat:
        periodic("interval", every=every)
        beat.run_until(NIGHT + 5 * MINUTE + every / 2)
    firings = [NIGHT, *(firing.when for firing in beat.sent)]
    gaps = [after - before for before, after in pairwise(firings)]
    assert len(gaps) == 15
    assert all(every <= gap < every + dt.timedelta(seconds=5) for gap in gaps)
