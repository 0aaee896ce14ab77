"""What is sent again after beat was down, or when a row comes from an older version: the scheduler in this process."""

import datetime as dt

import pytest

UTC = dt.timezone.utc
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
NIGHTS = [dt.datetime(2026, 3, day, 3, 0, tzinfo=UTC) for day in range(1, 6)]
pytestmark = pytest.mark.guards("daily-clean-up")


def after_downtime(frozen_beat, periodic, back: dt.datetime) -> list[dt.datetime]:
    """The firings of a daily 03:00 after the first night, of a beat that was down until `back`."""
    with frozen_beat(NIGHTS[0] - HOUR) as beat:
        periodic("daily", cron="0 3")
        beat.run_until(NIGHTS[0] + 30 * MINUTE, near=NIGHTS)
        beat.stay_away_until(back)
        beat.run_until(NIGHTS[4] + HOUR, near=[back, *NIGHTS])
    first, *others = beat.firings("daily")
    assert first == NIGHTS[0]
    assert others, f"back at {back}, and in the {NIGHTS[4] + HOUR - back} since then nothing was sent"
    return others


def test_a_beat_that_was_down_over_no_firing_sends_nothing_at_its_start(frozen_beat, periodic):
    assert after_downtime(frozen_beat, periodic, NIGHTS[1] - 10 * MINUTE) == NIGHTS[1:]


def test_of_two_missed_nights_one_is_caught_up_when_beat_is_back_an_hour_late(frozen_beat, periodic):
    back = NIGHTS[2] + HOUR
    assert after_downtime(frozen_beat, periodic, back) == [back, *NIGHTS[3:]]


def test_of_two_missed_nights_one_is_caught_up_before_the_next_when_beat_is_back_by_day(frozen_beat, periodic):
    back = NIGHTS[2] + 6 * HOUR
    caught_up, *others = after_downtime(frozen_beat, periodic, back)
    assert back <= caught_up < NIGHTS[3]
    assert others == NIGHTS[3:]


@pytest.mark.red_on("django-celery-beat>=2.8", "dcb 2.8.0: hours that are far are left out of what beat reads")
def test_a_missed_night_is_caught_up_at_once_when_beat_is_back_by_day(frozen_beat, periodic):
    back = NIGHTS[2] + 6 * HOUR
    caught_up = after_downtime(frozen_beat, periodic, back)[0]
    assert caught_up < back + MINUTE, f"back at {back}, caught up at {caught_up}"


def test_missed_intervals_are_caught_up_by_one_firing_at_the_start(frozen_beat, periodic):
    start, back = NIGHTS[0], NIGHTS[0] + 47 * MINUTE
    with frozen_beat(start) as beat:
        periodic("interval", every=10 * MINUTE)
        beat.run_until(start + 11 * MINUTE)
        beat.stay_away_until(back)
        beat.run_until(back + 11 * MINUTE)
    assert beat.firings("interval") == [start + 10 * MINUTE, back, back + 10 * MINUTE]


def test_a_clocked_task_that_was_missed_is_sent_at_the_start(frozen_beat, periodic):
    back = NIGHTS[0] + HOUR
    with frozen_beat(NIGHTS[0] - HOUR) as beat:
        periodic("clocked", at=NIGHTS[0])
        beat.run_until(NIGHTS[0] - 50 * MINUTE)
        beat.stay_away_until(back)
        beat.run_until(back + 10 * MINUTE)
    assert beat.firings("clocked") == [back]


@pytest.mark.red_on("django-celery-beat>=2.8", "dcb PR #717: a missing last_run_at counts from date_changed")
def test_a_task_that_never_ran_waits_for_its_time_when_beat_starts(frozen_beat, periodic):
    with frozen_beat(NIGHTS[2] + 1.5 * HOUR) as beat:
        row = periodic("daily", cron="0 3")
        type(row).objects.filter(pk=row.pk).update(date_changed=NIGHTS[0], last_run_at=None)
        beat.run_until(NIGHTS[3] + HOUR, near=[NIGHTS[2] + 1.5 * HOUR, NIGHTS[3]])
    firings = beat.firings("daily")
    assert firings == [NIGHTS[3]], f"never run, due at {NIGHTS[3]}, sent first at {min(firings, default=None)}"
