"""The clocks: a frozen beat over a scheduler made of five lines, and a faked clock over a real process."""

import datetime as dt
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from harness.clocks import UTC, FakedClock, _step, find_library, frozen_beat

THREE = dt.datetime(2026, 3, 1, 3, 0, tzinfo=UTC)
SECOND, MINUTE, HOUR = dt.timedelta(seconds=1), dt.timedelta(minutes=1), dt.timedelta(hours=1)


class Hourly:
    """A scheduler that sends one task at each full hour and asks to be called again after 5 s at most."""

    def __init__(self, app=None, max_interval=5):
        self.app, self.max_interval = app, max_interval
        self.next = THREE.replace(hour=dt.datetime.now(UTC).hour) + HOUR
        self._tasks_since_sync, self.written, self.closed = 0, 0, False
        app.append(self)

    def tick(self):
        now = dt.datetime.now(UTC)
        if now < self.next:
            return (self.next - now).total_seconds()
        self.apply_async(SimpleNamespace(name="hourly", options={}), advance=False)
        self.next += HOUR
        return 0

    def should_sync(self):
        return self._tasks_since_sync >= 2

    def _do_sync(self):
        self.written += 1

    def close(self):
        self.closed = True


def test_a_frozen_beat_notes_each_firing_at_its_instant():
    with frozen_beat(Hourly, [], THREE - MINUTE) as beat:
        beat.run_until(THREE + 2 * HOUR + MINUTE)
    assert beat.firings("hourly") == [THREE, THREE + HOUR, THREE + 2 * HOUR]
    assert beat.firings("other") == []


def test_a_firing_between_two_looks_of_beat_is_noted_as_the_first_of_them_and_never_as_later():
    with frozen_beat(Hourly, [], THREE - MINUTE) as beat:
        beat.run_until(THREE - SECOND, near=[THREE])
        beat.stay_away_until(THREE - SECOND / 100)
        beat.run_until(THREE + 4 * SECOND)
    assert beat.firings("hourly") == [THREE]


def test_named_instants_are_met_in_beats_own_steps_and_everything_else_in_few():
    class Counting(Hourly):
        ticks = 0

        def tick(self):
            Counting.ticks += 1
            return super().tick()

    with frozen_beat(Counting, [], THREE - HOUR + MINUTE) as beat:
        beat.run_until(THREE + HOUR / 2, near=[THREE])
    assert beat.firings("hourly") == [THREE]
    assert Counting.ticks < 40


@pytest.mark.parametrize("before", [10, 40, 100, 1000, 10_000, 100_000])
def test_no_step_reaches_past_the_next_instant_unless_it_was_asked_for(before):
    step = _step(THREE - before * SECOND, 5 * SECOND, [THREE - 30 * HOUR, THREE])
    assert 5 * SECOND <= step <= max(5 * SECOND, before * SECOND / 2)


def test_a_frozen_beat_writes_down_when_the_scheduler_says_so_and_is_closed_behind_the_scenario():
    schedulers = []
    with frozen_beat(Hourly, schedulers, THREE - MINUTE) as beat:
        beat.run_until(THREE + 2 * HOUR)
        assert not schedulers[0].closed
    assert schedulers[0].written > 0
    assert schedulers[0].closed


def test_a_beat_that_stayed_away_is_a_new_one_at_the_later_time():
    schedulers = []
    with frozen_beat(Hourly, schedulers, THREE - MINUTE) as beat:
        beat.run_until(THREE + MINUTE)
        beat.stay_away_until(THREE + 5 * HOUR + MINUTE)
        beat.run_until(THREE + 6 * HOUR + MINUTE)
    assert beat.firings("hourly") == [THREE, THREE + 6 * HOUR]
    assert len(schedulers) == 2


def test_the_scheduler_gets_the_options_of_beat():
    schedulers = []
    with frozen_beat(Hourly, schedulers, THREE, max_interval=60) as beat:
        beat.run_until(THREE + MINUTE)
    assert schedulers[0].max_interval == 60


@pytest.fixture
def clock(tmp_path) -> FakedClock:
    """A faked clock, where there is a libfaketime."""
    library = find_library()
    if library is None:
        pytest.skip("libfaketime is not there")
    return FakedClock(library, tmp_path / "clock")


def test_an_interpreter_follows_the_faked_clock(clock):
    assert clock.works_for(sys.executable)


def test_a_library_that_cannot_be_loaded_is_noticed(tmp_path):
    (tmp_path / "libfaketime.so.1").write_text("not a library")
    assert not FakedClock(tmp_path / "libfaketime.so.1", tmp_path / "clock").works_for(sys.executable)


def test_a_running_process_jumps_with_the_clock_and_its_sleeps_stay_as_long_as_they_are(clock):
    clock.set(THREE)
    script = "import sys, time\nfor line in sys.stdin: time.sleep(0.1); print(time.time(), flush=True)"
    command = [sys.executable, "-I", "-S", "-c", script]
    with subprocess.Popen(
        command, env=clock.settings(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert abs(_ask(child) - THREE.timestamp()) < 60
        clock.set(THREE + 24 * HOUR)
        begun = time.monotonic()
        assert abs(_ask(child) - (THREE + 24 * HOUR).timestamp()) < 60
        assert time.monotonic() - begun < 30
        child.stdin.close()


def _ask(child) -> float:
    child.stdin.write("\n")
    child.stdin.flush()
    return float(child.stdout.readline())


def test_what_is_found_is_a_file_of_libfaketimes_name():
    library = find_library()
    assert library is None or (library.is_file() and library.name == "libfaketime.so.1")
