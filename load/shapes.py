"""Shapes of load, as shapes.toml says them. Imported by Locust's process too: nothing but the standard library."""

from dataclasses import dataclass, replace
from pathlib import Path

import tomllib

from harness.errors import UsageError

FILE = Path(__file__).with_name("shapes.toml")


@dataclass(frozen=True)
class Stage:
    """For so many seconds so many users, who come and go at `spawn_rate` a second."""

    seconds: float
    users: int
    spawn_rate: float


@dataclass(frozen=True)
class Shape:
    """Stages one after another."""

    name: str
    about: str
    stages: tuple[Stage, ...]

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return sum(stage.seconds for stage in self.stages)

    def at(self, seconds: float) -> Stage | None:
        """The stage at that time since the beginning, None once it is over."""
        for stage in self.stages:
            if seconds < stage.seconds:
                return stage
            seconds -= stage.seconds
        return None

    def lasting(self, seconds: float) -> "Shape":
        """The same in another time, every stage in proportion; as it is for 0 seconds."""
        factor = seconds / self.seconds or 1.0
        return replace(self, stages=tuple(replace(stage, seconds=stage.seconds * factor) for stage in self.stages))


def read(file: Path = FILE) -> dict[str, Shape]:
    """Every shape of a file. Raises UsageError, naming the file, for one that makes no sense."""
    try:
        tables = tomllib.loads(file.read_text())
        return {name: _shape(name, table) for name, table in tables.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise UsageError(f"{file}: no shapes of load: {error!r}") from error


def find(name: str, file: Path = FILE) -> Shape:
    """The shape of that name. Raises UsageError for another."""
    shapes = read(file)
    if name not in shapes:
        raise UsageError(f"no shape is called {name!r}: there are {', '.join(shapes)}")
    return shapes[name]


def _shape(name: str, table: dict[str, object]) -> Shape:
    stages = tuple(Stage(**stage) for stage in table["stages"])  # type: ignore[attr-defined]
    if not stages or any(min(stage.seconds, stage.users, stage.spawn_rate) <= 0 for stage in stages):
        raise ValueError(f"{name} needs stages of more than no seconds, users and spawn_rate")
    return Shape(name, str(table["about"]), stages)
