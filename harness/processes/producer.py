"""A producer of audit events that can be held back."""

from dataclasses import dataclass
from pathlib import Path

from harness.processes.launcher import Launcher
from harness.waiting import wait_until

PAUSE_SECONDS = 40.0  # a publisher whose Redis has just come back may have to time out first


@dataclass
class Producer:
    """The process of Launcher.producer and the file that says how fast it goes, 0 at first."""

    launcher: Launcher
    pace: Path
    prefix: str

    def __post_init__(self) -> None:
        self.pace.write_text("0")
        self._process = self.launcher.producer(self.pace, self.prefix)

    def run(self, rate: float) -> None:
        """Let it produce so many events a second, whatever becomes of them."""
        self.pace.write_text(str(rate))

    def close(self) -> None:
        """End it."""
        self._process.child.kill()

    def pause(self) -> None:
        """Hold it back; returns when none of its events is on its way to Redis."""
        paused = Path(f"{self.pace}.paused")
        paused.unlink(missing_ok=True)
        self.pace.write_text("0")
        why = "the producer has been told about its last event"
        wait_until(paused.exists, PAUSE_SECONDS, why, abort=self._process.raise_if_exited)
