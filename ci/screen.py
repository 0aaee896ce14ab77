"""What the gate shows on the terminal."""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ci import fault_table
from ci.accepted import Accepted
from ci.comparison import Change, Comparison
from ci.findings import Finding
from ci.follow import Follower
from ci.gate import Gate
from ci.inert import inert, one_line
from ci.moments_table import COUNTS
from ci.plan import Step, describe
from ci.suite import Watch
from ci.verdict import Answer, Verdict

STYLES = {
    Change.REGRESSED: "bold red",
    Change.FLAKY: "yellow",
    Change.UNKNOWN: "yellow",
    Change.FIXED: "green",
    Change.BROKEN_IN_BOTH: "magenta",
    Change.SAME: "dim",
    Change.SKIPPED: "dim",
}
ANSWERS = {Answer.SAFE: "bold green", Answer.BLOCKED: "bold red", Answer.INCONCLUSIVE: "bold yellow"}
PIPE_WIDTH = 200  # columns where nobody says how many there are: tables are not cut
MOST_REASONS = 8
MOST_DIFFERENCES = 8  # of a group
KEY_PACKAGES = ("celery", "kombu", "billiard", "redis", "django-celery-beat", "django")


class Screen(Watch):
    """Plan, progress, table and verdict. On a terminal a bar shows how far the scenarios are."""

    def __init__(self, *, to_stderr: bool = False, follow_logs: bool = False) -> None:
        self.console = Console(stderr=to_stderr, highlight=False, soft_wrap=True, emoji=False)
        if not self.console.is_terminal:
            self.console.width = PIPE_WIDTH
        self._follower = Follower() if follow_logs else None
        self._progress: Progress | None = None
        self._bars: dict[str, TaskID] = {}

    def say(self, line: str) -> None:
        """One line of plain text."""
        self.console.print(Text(inert(line)))

    def plan(self, steps: Sequence[Step]) -> None:
        """The numbered plan, before anything runs."""
        self.say("Plan:")
        self.say(describe(steps))

    def before(self, number: int, step: Step) -> None:
        """A step begins."""
        if self.console.is_terminal:
            self._progress = _bar(self.console)
            self._progress.start()
            self._bars = {}
            self._progress.add_task(_plain(f"{number}. {step.title}"), total=None)

    def after(self, number: int, step: Step) -> None:
        """A step has ended well."""
        self._end_bar()
        self.console.print(
            f"[green]✓[/green] {number}. {_plain(step.title)}: {_plain(step.remark)} [dim]({step.seconds:.1f} s)[/dim]"
        )

    def stopped(self, number: int, step: Step, why: str) -> None:
        """A step has ended badly; nothing after it ran."""
        self._end_bar()
        self.console.print(f"[red]→[/red] {number}. {_plain(step.title)}: [red]{_plain(why)}[/red]")

    def event(self, run: str, what: str, value: Any) -> None:
        """See Watch.event."""
        if self._progress is None:
            return
        if what == "collected":
            if run in self._bars:
                self._progress.remove_task(self._bars[run])
            self._bars[run] = self._progress.add_task(run, total=len(value))
        elif what == "started" and run in self._bars:
            self._progress.update(self._bars[run], description=_plain(f"{run}: {value.partition('::')[2]}"))
        elif what == "ended" and run in self._bars:
            self._progress.advance(self._bars[run])

    def poll(self, folder: Path) -> None:
        """See Watch.poll: shows the logs when they are to be followed."""
        for name, line in self._follower.lines(folder) if self._follower else ():
            self.console.print(Text.assemble((f"{folder.name}/{name} ", "dim"), inert(line)))

    def kept(self, lines: Sequence[str]) -> None:
        """See Watch.kept."""
        self._end_bar()
        for line in lines:
            self.say(line)

    def table(self, gate: Gate, comparisons: Sequence[Comparison]) -> None:
        """The areas with their counts."""
        table = Table(title=_plain(f"{gate.question.baseline} → {gate.question.candidate}"), title_justify="left")
        changes = [change for change in Change if any(one.change is change for one in comparisons)]
        table.add_column("area")
        for change in changes:
            table.add_column(change.value, justify="right", style=STYLES[change])
        for area in sorted({one.area for one in comparisons}):
            counts = Counter(one.change for one in comparisons if one.area == area)
            table.add_row(area, *(str(counts[change] or "·") for change in changes))
        self.console.print(table)

    def faults(self, comparisons: Sequence[Comparison]) -> None:
        """What each fault did, where scenarios observed one."""
        rows = fault_table.rows(comparisons)
        if not rows:
            return
        table = Table(*fault_table.COLUMNS, title="faults, baseline → candidate", title_justify="left")
        for row in rows:
            table.add_row(*map(_plain, row))
        self.console.print(table)

    def findings(self, findings: Sequence[Finding], run: str, accepted: Accepted) -> None:
        """The findings, those of one kind and cause together, and how to repeat one."""
        groups: dict[tuple[Change, str], list[Finding]] = {}
        for one in findings:
            groups.setdefault((one.change, one.cause), []).append(one)
        for (change, cause), members in groups.items():
            self.console.print(Text.assemble((change.value, STYLES[change]), f": {inert(cause)}"))
            for one in members:
                self.say(f"    {one.id}  {one.scenario}{_standing(one.scenario, accepted)}")
        if findings:
            self.say(f"Repeat one with: ./ci/preflight replay {run} ID")

    def moments(self, rows: Sequence[Sequence[str]]) -> None:
        """What became of the logins at each moment: a baseline that is only restarted, and the upgrade."""
        table = Table(title="logins at each moment: baseline alone, then with the candidate", title_justify="left")
        table.add_column("moment")
        for count in (*COUNTS, *COUNTS):
            table.add_column(count, justify="right")
        for row in rows:
            table.add_row(*row)
        self.console.print(table)

    def observations(self, found: Mapping[str, Sequence[str]], folder: str) -> None:
        """Group -> what was recorded otherwise on the candidate. None of it blocks unless a rule says so."""
        for group, changes in found.items():
            self.console.print(Text.assemble((f"observed: {group}", "bold"), f" ({len(changes)})"))
            for words in changes[:MOST_DIFFERENCES]:
                self.say(f"    {words}")
            if len(changes) > MOST_DIFFERENCES:
                self.say(f"    and {len(changes) - MOST_DIFFERENCES} more in {folder}/results.json")

    def replayed(self, before: Mapping[str, str], comparisons: Sequence[Comparison]) -> None:
        """For a replay: whether each scenario changed as it did in the run that is replayed, and in how many rounds."""
        for one in comparisons:
            if one.scenario in before:
                again = before[one.scenario] == one.change.value
                outcome = "again" if again else f"now, was {before[one.scenario]}"
                seen = [change.value for change in one.changes]
                rounds = f", {before[one.scenario]} in {seen.count(before[one.scenario])} of {len(seen)} rounds"
                self.say(f"{one.change.value} {outcome}{rounds if len(seen) > 1 else ''}: {one.scenario}")

    def verdict(self, verdict: Verdict, folder: str) -> None:
        """The answer, its reasons, and where the evidence is."""
        self.console.print(Text(f"\n{verdict.answer.name}", style=ANSWERS.get(verdict.answer, "bold")), end="")
        shown = verdict.reasons[:MOST_REASONS]
        self.say(f": {shown[0]}" if shown else "")
        for reason in shown[1:]:
            self.say(f"    {reason}")
        if more := len(verdict.reasons) - len(shown):
            self.say(f"    and {more} more")
        self.say(f"Evidence: {folder}")

    def stacks(self, found: Mapping[str, Mapping[str, str]]) -> None:
        """Every stack with what it is made of."""
        table = Table("stack", "python", "as of", *KEY_PACKAGES)
        for name, facts in found.items():
            table.add_row(name, facts["python"], facts["as of"], *(facts.get(package, "·") for package in KEY_PACKAGES))
        self.console.print(table)

    def plan_table(self, lines: Mapping[str, tuple[str, Sequence[str]]]) -> None:
        """Each line of the plan with the scenarios that guard it; at the end those that nobody guards."""
        for line, (text, scenarios) in lines.items():
            self.console.print(Text.assemble((line, "bold"), f"  {text}"))
            for scenario in scenarios:
                self.say(f"    {scenario}")
        unguarded = [line for line, (_, scenarios) in lines.items() if not scenarios]
        self.say(f"{len(lines)} lines, unguarded: {', '.join(unguarded) or 'none'}")

    def _end_bar(self) -> None:
        if self._progress:
            self._progress.stop()
            self._progress = None


def _standing(scenario: str, accepted: Accepted) -> str:
    """Whether a finding is accepted, as something to write behind it."""
    if held := accepted.held.get(scenario):
        return f"  (accepted{f' until {held.until}' if held.until else ''}: {held.because})"
    return f"  ({accepted.lapsed[scenario]})" if scenario in accepted.lapsed else ""


def _plain(text: str) -> str:
    """Foreign text for a place where rich reads markup."""
    return escape(inert(text))


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def complain(message: str) -> None:
    """Say what went wrong, on one line of standard error."""
    sys.stderr.write(f"preflight: {one_line(message)}\n")
