"""The steps of a load run: arms brought up, loaded in turns, started anew in between."""

from collections.abc import Callable, Sequence
from functools import partial

from ci.loads.design import Design
from ci.plan import Step
from load.experiment import Experiment, alternated
from load.rig import Arm, Servers
from load.round import Round


class LoadWatch:
    """Told what happens while arms are loaded. This one keeps quiet."""

    def loading(self, trial: "LoadTrial", arm: str) -> None:
        """It is an arm's turn: with logins, or with a backlog."""

    def loaded(self, trial: "LoadTrial", told: Round) -> None:
        """A round has ended, which is as soon as those of the same lap have."""


class LoadTrial:
    """Carries a design out on arms that are known only once the first step begins. Not for judging."""

    def __init__(
        self,
        names: Sequence[str],
        design: Design,
        arms: Callable[[], Sequence[Arm]],
        servers: Callable[[], Servers],
        watch: LoadWatch,
    ) -> None:
        self.names = names
        self.design = design
        self.experiment: Experiment | None = None
        self.lap = 0  # the current one, counted from 1: a round of each arm
        self._arms = arms
        self._servers = servers
        self._watch = watch

    @property
    def rounds(self) -> list[Round]:
        """Those that have ended so far and count."""
        return self.experiment.rounds if self.experiment else []

    @property
    def total(self) -> int:
        """How many rounds there will be, of all arms."""
        return self.design.rounds * len(self.names)

    def steps(self) -> list[Step]:
        """The plan. Nothing has run yet."""
        every = ", ".join(self.names)
        plan = [Step(f"start {every}: database, 1,000 users, web, worker; a warm-up round is thrown away", self._begin)]
        for number, part in enumerate(self.design.parts()):
            if number:
                plan += [Step("start all processes anew; a warm-up round is thrown away", self._renew)]
            which = f"rounds {part[0]} to {part[-1]}" if len(part) > 1 else f"round {part[0]}"
            title = f"load them in turns, {which} of each: {self.design.words}"
            plan += [Step(title, partial(self._load, part))]
        return plan

    def close(self) -> None:
        """Stop whatever is up."""
        if self.experiment:
            self.experiment.close()

    def _begin(self) -> str:
        arms, servers, design = self._arms(), self._servers(), self.design
        self.experiment = Experiment(arms, servers, design.shape, backlog=design.backlog, drains=design.drains)
        self.experiment.begin()
        return "every process runs what its lock says"

    def _renew(self) -> str:
        self._running.renew()
        return "every process runs what its lock says"

    def _load(self, part: range) -> str:
        for self.lap in part:
            order = alternated(self.names, self.lap - 1)
            for told in self._running.lap(order, partial(self._watch.loading, self)):
                self._watch.loaded(self, told)
        return f"{sum(one.acked for one in self.rounds):,} logins so far"

    @property
    def _running(self) -> Experiment:
        if self.experiment is None:
            raise RuntimeError("nothing was started")
        return self.experiment
