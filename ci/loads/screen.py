"""What a load run shows on the terminal: a live board while it runs, tables at the end."""

from collections.abc import Mapping
from statistics import median
from typing import Any

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ci.loads.page import itself, medians, overheads, readable
from ci.loads.trial import LoadTrial, LoadWatch
from ci.plan import Step
from ci.screen import Screen
from load.comparison import of_arm
from load.metrics import BY_NAME
from load.round import Round
from load.statistics import spread

LIVE = ("logins_per_second", "login_p50", "login_p95", "web_cpu_ms_per_login", "worker_cpu_ms_per_event", "drain_rate")
STYLES = {"worse": "bold red", "better": "green", "same": "dim", "too noisy to tell": "yellow"}
REFRESH = 2  # times a second: the board takes CPU from what is measured


class LoadScreen(Screen, LoadWatch):
    """Plan, live board, tables and verdict of a load run. Where there is no terminal, a line for each round."""

    def __init__(self, *, to_stderr: bool = False) -> None:
        super().__init__(to_stderr=to_stderr)
        self._live: Live | None = None
        self._now: tuple[LoadTrial, str] | None = None

    def loading(self, trial: LoadTrial, arm: str) -> None:
        """See LoadWatch.loading."""
        self._now = (trial, arm)
        if self.console.is_terminal and not self._live:
            self._end_bar()
            self._live = Live(
                get_renderable=self._board, console=self.console, refresh_per_second=REFRESH, transient=True
            )
            self._live.start()

    def loaded(self, trial: LoadTrial, told: Round) -> None:
        """See LoadWatch.loaded."""
        if not self.console.is_terminal:
            figures = [f"{name} {_told(name, told.metrics[name])}" for name in LIVE if name in told.metrics]
            self.say(f"     {_progress(trial)}, {told.arm}: {', '.join(figures)}")

    def after(self, number: int, step: Step) -> None:
        """See Screen.after."""
        self._end_live()
        super().after(number, step)

    def stopped(self, number: int, step: Step, why: str) -> None:
        """See Screen.stopped."""
        self._end_live()
        super().stopped(number, step, why)

    def answers(self, data: Mapping[str, Any]) -> None:
        """Each metric's answer, what was observed beside what is allowed."""
        table = Table(title=" → ".join(arm["stack"] for arm in data["arms"]), title_justify="left")
        for column in ("metric", "answer", "baseline", "candidate", "ratio (95 %)", "allowed", "itself"):
            table.add_column(column, justify="left" if column in ("metric", "answer") else "right")
        for one in data["answers"]:
            found = [_told(one["metric"], one[arm]) for arm in ("baseline", "candidate")]
            ratio = f"{one['ratio']:.2f} ({spread(one['low'], one['high'])})"
            answer = Text(one["answer"], STYLES[one["answer"]])
            table.add_row(one["metric"], answer, *found, ratio, f"{one['limit']:.2f}", itself(one["floor"]))
        self.console.print(table)

    def ways(self, data: Mapping[str, Any]) -> None:
        """The ways of delivery beside one another, and what each promises."""
        table = Table("metric", title="medians of the rounds", title_justify="left")
        for arm in data["arms"]:
            table.add_column(arm["name"], justify="right")
        for name, values in medians(data).items():
            table.add_row(name, *(_told(name, value) for value in values))
        for name, values in overheads(data).items():
            table.add_row(f"audit overhead, {name}", *(_told(name, value) for value in values))
        for count in ("acked", "lost", "duplicated"):
            table.add_row(count, *(f"{arm['counts'][count]:,}" for arm in data["arms"]))
        self.console.print(table)
        for arm in data["arms"]:
            self.say(f"{arm['name']}: {arm['promise']}")

    def _board(self) -> Group:
        trial, arm = self._now or (None, "")
        if trial is None or trial.experiment is None:
            return Group()
        now = trial.experiment.glance()
        state = f"{_progress(trial)}: {arm} · {now.logins_per_second} logins/s · {now.waiting:,} events wait"
        bar = ProgressBar(total=trial.total, completed=len(trial.rounds), width=40)
        return Group(Text(state), bar, _so_far(trial))

    def _end_live(self) -> None:
        if self._live:
            self._live.stop()
            self._live = None


def _so_far(trial: LoadTrial) -> Table:
    table = Table("median so far", *trial.names)
    for name in LIVE:
        found = [[one.metrics[name] for one in of_arm(trial.rounds, arm) if name in one.metrics] for arm in trial.names]
        table.add_row(name, *(_told(name, median(values)) if values else "·" for values in found))
    return table


def _progress(trial: LoadTrial) -> str:
    return f"round {trial.lap} of {trial.design.rounds}"


def _told(metric: str, value: float | None) -> str:
    return readable(value, BY_NAME[metric].unit)
