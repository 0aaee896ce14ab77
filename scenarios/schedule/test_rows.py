"""What a periodic task's own fields do to its firings, and what changing them under a running beat does."""

import datetime as dt

import pytest

UTC = dt.timezone.utc
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
THREE = dt.datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def minutes(*after: int) -> list[dt.datetime]:
    """Instants that many minutes after three."""
    return [THREE + minute * MINUTE for minute in after]


def test_a_clocked_task_is_sent_once_at_its_instant_and_never_again(frozen_beat, periodic):
    when = THREE + dt.timedelta(minutes=4, seconds=20)
    with frozen_beat(THREE) as beat:
        periodic("clocked", at=when)
        beat.run_until(THREE + 15 * MINUTE)
    assert beat.firings("clocked") == [when]


@pytest.mark.parametrize("schedule", [{"cron": "* *"}, {"every": MINUTE}], ids=["crontab", "interval"])
def test_a_one_off_task_is_sent_once_and_switched_off(frozen_beat, periodic, schedule):
    with frozen_beat(THREE) as beat:
        row = periodic("one-off", one_off=True, **schedule)
        beat.run_until(THREE + 5 * MINUTE)
        row.refresh_from_db()
    assert beat.firings("one-off") == minutes(1)
    assert not row.enabled


@pytest.mark.parametrize("schedule", [{"cron": "* *"}, {"every": MINUTE}], ids=["crontab", "interval"])
def test_after_expires_nothing_is_sent_that_a_worker_would_run(frozen_beat, periodic, schedule):
    expires = THREE + dt.timedelta(minutes=3, seconds=30)
    with frozen_beat(THREE) as beat:
        periodic("expiring", expires=expires, **schedule)
        beat.run_until(THREE + 8 * MINUTE)
    would_run = [firing.when for firing in beat.sent if firing.expires is None or firing.when < firing.expires]
    assert len(would_run) == 3
    assert all(when < expires for when in would_run)


@pytest.mark.parametrize("schedule", [{"cron": "*/5 *"}, {"every": 5 * MINUTE}], ids=["crontab", "interval"])
def test_nothing_is_sent_before_start_time_and_the_schedule_is_kept_from_there_on(frozen_beat, periodic, schedule):
    start = THREE + 7 * MINUTE
    with frozen_beat(THREE - MINUTE) as beat:
        periodic("starting", start_time=start, **schedule)
        beat.run_until(THREE + 28 * MINUTE)
    firings = beat.firings("starting")
    assert all(when >= start for when in firings)
    expected = minutes(10, 15, 20, 25) if "cron" in schedule else minutes(12, 17, 22, 27)
    assert set(expected) <= set(firings)  # and once at the start itself, at an instant that differs between versions


@pytest.mark.guards("daily-clean-up")
def test_a_daily_task_with_a_start_time_is_sent_every_night_after_it_and_not_before(frozen_beat, periodic):
    start = THREE + DAY + DAY / 3
    nights = [THREE + day * DAY for day in range(5)]
    with frozen_beat(THREE - DAY / 2) as beat:
        periodic("daily", cron="0 3", start_time=start)
        beat.run_until(nights[-1] + MINUTE, near=[*nights, start])
    firings = beat.firings("daily")
    assert all(when >= start for when in firings)
    assert set(nights[2:]) <= set(firings)


@pytest.mark.guards("beat-takes-up-changes")
def test_a_task_that_is_switched_off_rests_until_it_is_switched_on_again(frozen_beat, periodic):
    with frozen_beat(THREE - MINUTE / 2) as beat:
        row = periodic("toggled", cron="* *")
        beat.run_until(THREE + 2.5 * MINUTE)
        _save(row, enabled=False)
        beat.run_until(THREE + 5.5 * MINUTE)
        _save(row, enabled=True)
        beat.run_until(THREE + 7.5 * MINUTE)
    assert beat.firings("toggled") == minutes(0, 1, 2, 6, 7)


@pytest.mark.guards("beat-takes-up-changes")
def test_a_night_for_which_the_task_was_switched_off_is_not_caught_up(frozen_beat, periodic):
    nights = [THREE + day * DAY for day in range(3)]
    with frozen_beat(THREE - 5 * MINUTE) as beat:
        row = periodic("daily", cron="0 3")
        beat.run_until(THREE + 5 * MINUTE)
        _save(row, enabled=False)
        beat.run_until(nights[1] + 30 * MINUTE, near=nights)
        _save(row, enabled=True)
        beat.run_until(nights[2] + MINUTE, near=[nights[1] + 30 * MINUTE, *nights])
    assert beat.firings("daily") == [nights[0], nights[2]]


@pytest.mark.guards("beat-takes-up-changes")
def test_a_crontab_moved_shortly_before_it_is_due_is_sent_at_its_new_time_only(frozen_beat, periodic):
    with frozen_beat(THREE - 5 * MINUTE) as beat:
        row = periodic("moved", cron="0 3")
        beat.run_until(THREE - 2 * MINUTE)
        _save(row.crontab, minute="10")
        beat.run_until(THREE + 20 * MINUTE)
    assert beat.firings("moved") == minutes(10)


@pytest.mark.guards("beat-takes-up-changes")
def test_a_task_given_another_hour_is_sent_at_that_hour_from_then_on(frozen_beat, periodic):
    from django_celery_beat.models import CrontabSchedule  # noqa: PLC0415 - as in conftest.py

    afternoon = THREE.replace(hour=17, minute=15)
    with frozen_beat(THREE - 5 * MINUTE) as beat:
        row = periodic("moved", cron="0 3")
        beat.run_until(THREE + 5 * MINUTE)
        _save(row, crontab=CrontabSchedule.objects.create(minute="15", hour="17", timezone="UTC"))
        beat.run_until(afternoon + DAY + MINUTE, near=[afternoon, THREE + DAY, afternoon + DAY])
    assert beat.firings("moved") == [THREE, afternoon, afternoon + DAY]


@pytest.mark.guards("beat-takes-up-changes")
def test_a_shortened_interval_counts_from_the_last_run(frozen_beat, periodic):
    with frozen_beat(THREE) as beat:
        row = periodic("interval", every=5 * MINUTE)
        beat.run_until(THREE + 6 * MINUTE + MINUTE / 2)
        _save(row.interval, every=120)
        beat.run_until(THREE + 10 * MINUTE)
    assert beat.firings("interval") == minutes(5, 7, 9)


@pytest.mark.guards("beat-takes-up-changes")
def test_a_task_that_is_deleted_is_not_sent_any_more(frozen_beat, periodic):
    with frozen_beat(THREE - MINUTE / 2) as beat:
        row = periodic("deleted", cron="* *")
        beat.run_until(THREE + 1.5 * MINUTE)
        row.delete()
        beat.run_until(THREE + 4 * MINUTE)
    assert beat.firings("deleted") == minutes(0, 1)


def _save(row, **changes) -> None:
    """What the admin does: read the row, change it, save it (an UPDATE by itself is not noticed by beat)."""
    row.refresh_from_db()
    for field, value in changes.items():
        setattr(row, field, value)
    row.save()
