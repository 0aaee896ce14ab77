"""A crontab keeps its own zone's time: whatever zones Django and Celery are set to, and when clocks are changed."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from core import celery_app

UTC = dt.timezone.utc
DAY, HOUR, HALF_HOUR = dt.timedelta(days=1), dt.timedelta(hours=1), dt.timedelta(minutes=30)
BERLIN, LOS_ANGELES, TOKYO = "Europe/Berlin", "America/Los_Angeles", "Asia/Tokyo"
ZONES = ("UTC", BERLIN, LOS_ANGELES, TOKYO, "Asia/Kolkata", "Australia/Sydney")
SPRING = dt.datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # Berlin's clocks go from 02:00 to 03:00
AUTUMN = dt.datetime(2026, 10, 25, 1, 0, tzinfo=UTC)  # Berlin's clocks go from 03:00 back to 02:00
pytestmark = pytest.mark.guards("daily-clean-up", "timezone-utc")


def threes(zone: str, day: dt.datetime) -> list[dt.datetime]:
    """03:00 of that zone on two days, as instants."""
    return [
        dt.datetime(day.year, day.month, day.day + later, 3, tzinfo=ZoneInfo(zone)).astimezone(UTC) for later in (0, 1)
    ]


def sent_in_zones(frozen_beat, periodic, day: dt.datetime, zones) -> dict[str, list[dt.datetime]]:
    """The firings of a daily 03:00 in each zone, over the two days that `threes` names."""
    near = [instant for zone in zones for instant in threes(zone, day)]
    with frozen_beat(min(near) - HOUR) as beat:
        for zone in zones:
            periodic(zone, cron="0 3", zone=zone)
        beat.run_until(max(near) + HOUR, near=near)
    return {zone: beat.firings(zone) for zone in zones}


@pytest.mark.parametrize("month", [1, 7], ids=["winter", "summer"])
def test_a_crontab_is_sent_at_its_own_zones_time_in_winter_and_in_summer(frozen_beat, periodic, month):
    day = dt.datetime(2026, month, 14, tzinfo=UTC)
    assert sent_in_zones(frozen_beat, periodic, day, ZONES) == {zone: threes(zone, day) for zone in ZONES}


@pytest.fixture
def celery_timezone():
    """celery_timezone(name) sets CELERY_TIMEZONE for this scenario."""

    def put(name):
        celery_app.conf.timezone = name
        celery_app.__dict__.pop("timezone", None)  # what Celery worked out from the setting

    yield put
    put("UTC")


@pytest.mark.parametrize(
    "where",
    [
        (True, "UTC", "UTC"),
        (True, BERLIN, BERLIN),
        (True, LOS_ANGELES, LOS_ANGELES),
        (True, BERLIN, "UTC"),
        (True, "UTC", BERLIN),
        (True, LOS_ANGELES, BERLIN),
        (False, "UTC", "UTC"),
        (False, "UTC", BERLIN),
    ],
    ids=lambda where: "USE_TZ={} TIME_ZONE={} CELERY_TIMEZONE={}".format(*where),
)
def test_a_crontab_keeps_its_own_zones_time_whatever_zones_django_and_celery_are_set_to(
    frozen_beat, periodic, settings, celery_timezone, where
):
    use_tz, time_zone, celery_zone = where
    settings.USE_TZ = use_tz
    settings.TIME_ZONE = time_zone
    celery_timezone(celery_zone)
    day = dt.datetime(2026, 1, 14, tzinfo=UTC)
    zones = ("UTC", BERLIN, TOKYO)
    assert sent_in_zones(frozen_beat, periodic, day, zones) == {zone: threes(zone, day) for zone in zones}


def sent_around(change: dt.datetime, frozen_beat, periodic, cron: str) -> list[dt.datetime]:
    """The firings of a crontab in Berlin from 3 h before the clocks are changed to 4 h behind it."""
    near = [change + half * HALF_HOUR for half in range(-5, 8)]
    with frozen_beat(change - 3 * HOUR) as beat:
        periodic("berlin", cron=cron, zone=BERLIN)
        beat.run_until(change + 4 * HOUR, near=near)
    return beat.firings("berlin")


@pytest.mark.parametrize(
    ("change", "cron", "expected"),
    [
        (SPRING, "0 3", [SPRING]),
        (SPRING, "30 3", [SPRING + HALF_HOUR]),
        (AUTUMN, "0 3", [AUTUMN + HOUR]),
        (AUTUMN, "30 3", [AUTUMN + HOUR + HALF_HOUR]),
        (AUTUMN, "30 2", [AUTUMN - HALF_HOUR]),
    ],
)
def test_a_daily_task_is_sent_once_on_the_day_of_a_clock_change(frozen_beat, periodic, change, cron, expected):
    assert sent_around(change, frozen_beat, periodic, cron) == expected


def test_a_daily_task_whose_time_is_left_out_in_spring_is_sent_once_within_the_next_half_hour(frozen_beat, periodic):
    firings = sent_around(SPRING, frozen_beat, periodic, "30 2")
    assert [SPRING <= when <= SPRING + HALF_HOUR for when in firings] == [True]


def test_an_hourly_task_is_sent_once_an_hour_when_clocks_go_forward(frozen_beat, periodic):
    expected = [SPRING + HALF_HOUR + hours * HOUR for hours in range(-3, 4)]
    assert sent_around(SPRING, frozen_beat, periodic, "30 *") == expected


def test_an_hourly_task_is_sent_once_for_each_hour_on_the_clock_when_clocks_go_back(frozen_beat, periodic):
    repeated = AUTUMN + HALF_HOUR  # the clock shows 02:30 for the second time
    expected = [AUTUMN + HALF_HOUR + hours * HOUR for hours in range(-3, 4)]
    expected.remove(repeated)
    assert sent_around(AUTUMN, frozen_beat, periodic, "30 *") == expected
