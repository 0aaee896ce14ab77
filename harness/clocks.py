"""The clocks that scenarios use: a frozen one for beat's scheduler in this process, a faked one for a real process.

A real worker does not see a frozen clock, nor a faked one that it was not started under: rows that it is to find old
are dated relative to the real one. All workers of one Redis stay on the real clock (one on another would be given
messages that are still being worked on); beat alone may be faked. An `expires` or ETA that a faked beat writes is a
time of its own: for a worker on the real clock, what expires in a faked past has expired, what expires in a faked
future never does. The clean-up's message carries neither.
"""

import datetime as dt
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

UTC = dt.timezone.utc
LIBRARY = "libfaketime.so.1"
LIBRARY_PLACES = ("usr/lib/*/faketime", "usr/lib*/faketime", "usr/local/lib/faketime")
DAY_SECONDS = 86400.0
SLEEP_SECONDS = 20.0  # a guard against hanging: an interpreter that starts and sleeps for an instant takes 0.1 s

BEAT_LOOKS = dt.timedelta(seconds=5)  # django-celery-beat looks at its schedule that often: it promises nothing finer
SHORTEST = dt.timedelta(milliseconds=10)  # lets time pass at all when the scheduler asks to be called again at once
LONGEST = dt.timedelta(hours=3)  # one step of the clock where nothing is expected to happen
AROUND = dt.timedelta(seconds=15)  # an expected firing, before and after: a real beat's steps


class Firing(NamedTuple):
    """One sending of the periodic task `name`. A worker throws it away when it is given out after `expires`."""

    name: str
    when: dt.datetime
    expires: "dt.datetime | None"


class FrozenBeat:
    """A real database scheduler in this process whose clock stands still except when `run_until` moves it.

    It notes what it would send instead of sending it. Not for what a message does once it is sent, and not for
    anything that several processes share.
    """

    def __init__(self, make_scheduler: Callable[[list[Firing]], Any], clock: Any) -> None:
        self.sent: list[Firing] = []
        self._make_scheduler = make_scheduler
        self._clock = clock
        self._scheduler: Any = None
        self._wakes = _now()

    def firings(self, name: str) -> list[dt.datetime]:
        """The instants (UTC) at which the periodic task of that name was sent, to the 5 s between two looks of beat."""
        return [_floor(firing.when) for firing in self.sent if firing.name == name]

    def run_until(self, end: dt.datetime, near: Iterable[dt.datetime] = ()) -> None:
        """Let beat work until `end`; it is started if it is not up.

        Time passes in the steps that the scheduler asks for, as in a real beat. When `near` names the instants that
        matter, it does so around those only; elsewhere in longer steps, and what happens there is noted that late.
        What is changed between two calls finds beat asleep, as it would a real one.
        """
        if self._scheduler is None:
            self._scheduler, self._wakes = self._make_scheduler(self.sent), _now()
        instants = sorted([*near, end]) if near else []
        while _now() < end:
            if _now() >= self._wakes:
                asked = dt.timedelta(seconds=min(self._scheduler.tick(), self._scheduler.max_interval))
                self._wakes = _now() + _step(_now(), asked, instants)
            self._clock.move_to(min(self._wakes, end))

    def stop(self) -> None:
        """End it as an operator does: it writes down what it has sent."""
        if self._scheduler is not None:
            self._scheduler.close()
        self._scheduler = None

    def stay_away_until(self, when: dt.datetime) -> None:
        """Stop it and let time pass."""
        self.stop()
        self._clock.move_to(when)


@contextmanager
def frozen_beat(scheduler_class: type[Any], app: Any, start: dt.datetime, **options: Any) -> Iterator[FrozenBeat]:
    """Freeze this process's clock at `start`, for a beat with the scheduler's `options` (max_interval).

    freezegun's machine is always in UTC: what naive local times do to a beat elsewhere takes a faked clock.
    """
    from freezegun import freeze_time  # noqa: PLC0415 - not in the gate's own process

    def make_scheduler(sent: list[Firing]) -> Any:
        return _recording(scheduler_class)(sent, app=app, **options)

    with freeze_time(start) as clock:
        beat = FrozenBeat(make_scheduler, clock)
        try:
            yield beat
        finally:
            beat.stop()


def _recording(scheduler_class: type[Any]) -> type[Any]:
    class Recording(scheduler_class):  # type: ignore[misc]
        def __init__(self, sent: list[Firing], **options: Any) -> None:
            self._sent = sent
            super().__init__(**options)

        def apply_async(self, entry: Any, producer: Any = None, advance: bool = True, **kwargs: Any) -> Any:  # noqa: ARG002
            """Note the firing; move the entry on and write rows down when the real one does."""
            entry = self.reserve(entry) if advance else entry
            self._sent.append(Firing(entry.name, _now(), entry.options.get("expires")))
            self._tasks_since_sync += 1
            if self.should_sync():
                self._do_sync()
            return SimpleNamespace(id="not sent")  # Celery 5.2 logs the id of what it sent

    return Recording


def _step(now: dt.datetime, asked: dt.timedelta, instants: Sequence[dt.datetime]) -> dt.timedelta:
    """How long to sleep: as asked around an instant, else half the way to the next one."""
    asked = max(asked, SHORTEST)
    if not instants or any(abs(now - instant) <= AROUND for instant in instants):
        return asked
    half_ways = [(instant - now) / 2 for instant in instants if instant > now]
    return max(asked, min([LONGEST, *half_ways]))


def _floor(when: dt.datetime) -> dt.datetime:
    return when - (when - dt.datetime.min.replace(tzinfo=UTC)) % BEAT_LOOKS


def _now() -> dt.datetime:
    return dt.datetime.now(UTC)


class FakedClock:
    """A clock in a file: a real process that is started under it reads it anew each time that it asks for the time.

    It goes at the real pace from wherever `set` puts it, monotonic time included. Keep the database connection of
    such a process (DATABASE_CONN_MAX_AGE): a jump while it connects would look like a connection that timed out.
    """

    def __init__(self, library: Path, file: Path) -> None:
        self.library = library
        self._file = file

    def set(self, when: dt.datetime) -> None:
        """Jump; the processes notice when they next wake up."""
        beside = self._file.with_suffix(".new")
        beside.write_text(f"{when.timestamp() - time.time():+.3f}s\n")
        beside.replace(self._file)  # never half a file

    def settings(self) -> dict[str, str]:
        """The environment that puts a process under this clock."""
        return {
            "LD_PRELOAD": str(self.library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
        }

    def works_for(self, python: str) -> bool:
        """Whether that interpreter follows it and still sleeps as it should.

        A library for another machine is ignored without an error; under some versions a sleep never ends.
        """
        wanted = time.time() + 10 * DAY_SECONDS
        self.set(dt.datetime.fromtimestamp(wanted, UTC))
        command = [python, "-I", "-S", "-c", "import time; time.sleep(0.01); print(time.time())"]
        try:
            told = subprocess.run(
                command, env=self.settings(), capture_output=True, text=True, check=True, timeout=SLEEP_SECONDS
            )
        except subprocess.TimeoutExpired:
            return False
        return abs(float(told.stdout) - wanted) < DAY_SECONDS


def find_library() -> "Path | None":
    """The system's libfaketime; None where there is none.

    Not the one in PyPI's package of that name: under its library, sleeps of Python 3.11 and later do not end.
    """
    found = [path for place in LIBRARY_PLACES for path in sorted(Path("/").glob(f"{place}/{LIBRARY}"))]
    return found[0] if found else None
