"""What the gate shows on the terminal."""

import datetime as dt
import io
import re
import subprocess
import sys
from contextlib import suppress
from functools import partial

import pytest
from rich.console import Console
from rich.errors import MarkupError

from ci.accepted import Acceptance, Accepted
from ci.comparison import Change, Comparison
from ci.findings import Finding, findings
from ci.plan import Step
from ci.screen import Screen, complain
from ci.tests.helpers import ONE, ROOT, TWO, compared, gate, outcome, told
from ci.verdict import Answer, Verdict
from harness.outcomes import Outcome

DAY = dt.date(2026, 3, 1)
MARKUP = {
    "tags": "[red]not red[/red] [link=file:///x]x[/link]",
    "closing tags": "a[/] [/nothing]",
    "backslash": "C:\\[b] \\\\[b]",
    "emoji": "redis:100:bomb:",
}
ESCAPES = {
    "colour": "\x1b[31mred\x1b[0m",
    "clear screen": "\x1b[2J\x1b[H",
    "window title": "\x1b]0;title\x07",
    "hyperlink": "\x1b]8;;file:///etc\x1b\\x",
    "8-bit colour": "\x9b31mred",
    "bell and backspace": "\x07\x08",
}
OURS = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]|\x1b\[\d*[AK]|\r")  # colours, cursor and the bar's own redrawing


class Shown:
    """A screen whose output is kept."""

    def __init__(self, *, follow_logs: bool) -> None:
        self.screen = Screen(follow_logs=follow_logs)

    @property
    def text(self) -> str:
        """All of the output."""
        return self.screen.console.file.getvalue()

    @property
    def plain(self) -> str:
        """The output without what a terminal's screen adds by itself."""
        return OURS.sub("", self.text)


@pytest.fixture
def show(monkeypatch):
    """Makes screens: show(terminal=True) and show(terminal=False, follow_logs=True)."""
    made = []

    def show(*, terminal: bool, follow_logs: bool = False) -> Shown:
        kept = {"file": io.StringIO(), "force_terminal": terminal, "width": 200, "_environ": {}}
        monkeypatch.setattr("ci.screen.Console", partial(Console, **kept))
        made.append(Shown(follow_logs=follow_logs))
        return made[-1]

    yield show
    for one in made:
        with suppress(MarkupError):  # a bar that is left goes on drawing in a thread of its own
            one.screen.stopped(0, Step("", str), "")


@pytest.fixture(params=[False, True], ids=["file", "terminal"])
def shown(request, show):
    """A screen on a file, and one on a terminal."""
    return show(terminal=request.param)


def show_everything(screen: Screen, text: str) -> None:
    """Let a text come along everywhere where one comes from outside."""
    step = Step(text, str, remark=text, seconds=1.0)
    screen.say(text)
    screen.plan([step])
    screen.before(1, step)
    screen.after(1, step)
    screen.before(1, step)
    screen.event("baseline", "collected", [ONE])
    screen.event("baseline", "started", f"scenarios/a/test_x.py::test[{text}]")
    screen.stopped(1, step, text)
    screen.findings([Finding("1a2b", Change.REGRESSED, text, text, text)], "run", Accepted())
    screen.verdict(Verdict(Answer.BLOCKED, (text, text)), text)


@pytest.mark.parametrize("kind", MARKUP)
def test_markup_is_shown_as_it_is(shown, kind):
    show_everything(shown.screen, MARKUP[kind])

    # Once each: what is said, plan, folder. Twice each: after a step, a stop, a finding, the reasons.
    assert shown.plain.count(MARKUP[kind]) >= 11


def test_markup_in_a_stacks_name_is_shown_in_the_table(shown, tmp_path):
    made = gate(tmp_path, told(outcome("passed")), told(outcome("failed")))
    object.__setattr__(made.question, "candidate", "latest+celery[redis]==5.6.2")
    shown.screen.table(made, made.comparisons())

    assert "old → latest+celery[redis]==5.6.2" in shown.plain


def test_a_bar_shows_titles_and_scenarios_with_markup_as_they_are(show):
    shown = show(terminal=True)
    step = Step("build candidate latest+celery[redis]==5.6.2", str, "done", 1.0)
    shown.screen.before(1, step)
    assert "latest+celery[redis]==5.6.2" in shown.plain

    shown.screen.event("baseline", "collected", [ONE])
    shown.screen.event("baseline", "started", f"{ONE}[red-/tmp]")
    shown.screen.after(1, step)
    assert "baseline: test_one[red-/tmp]" in shown.plain


def test_both_stacks_have_a_bar_of_their_own(show):
    shown = show(terminal=True)
    shown.screen.before(6, Step("run", str))
    for arm in ("baseline", "candidate"):
        shown.screen.event(arm, "collected", [ONE, TWO])
        shown.screen.event(arm, "started", ONE)
    shown.screen.event("candidate", "ended", {})
    shown.screen.after(6, Step("run", str, "done", 1.0))

    last = shown.plain.partition("✓")[0]
    assert re.search(r"baseline: test_one +\S+ 0/2", last)
    assert re.search(r"candidate: test_one +\S+ 1/2", last)


def test_a_scenario_named_like_a_closing_tag_does_not_end_the_run(show):
    shown = show(terminal=True)
    shown.screen.before(1, Step("run", str))
    shown.screen.event("baseline", "collected", [ONE])
    shown.screen.event("baseline", "started", f"{ONE}[/tmp]")
    shown.screen.after(1, Step("run", str, "done", 1.0))

    assert "test_one[/tmp]" in shown.plain


@pytest.mark.parametrize("kind", ESCAPES)
def test_terminal_escapes_out_of_causes_never_reach_the_terminal(shown, kind):
    show_everything(shown.screen, f"before{ESCAPES[kind]}after")

    assert ESCAPES[kind] not in shown.text
    assert not set(shown.plain) & set("\x1b\x07\x08\x9b")
    assert "before" in shown.plain
    assert "after" in shown.plain


@pytest.mark.parametrize("terminal", [False, True], ids=["file", "terminal"])
@pytest.mark.parametrize("kind", ESCAPES)
def test_terminal_escapes_out_of_logs_never_reach_the_terminal(show, tmp_path, kind, terminal):
    shown = show(terminal=terminal, follow_logs=True)
    (tmp_path / "worker-1.log").write_text(f"before{ESCAPES[kind]}after\n")
    shown.screen.poll(tmp_path)

    assert ESCAPES[kind] not in shown.text
    assert not set(shown.plain) & set("\x1b\x07\x08\x9b")


@pytest.mark.parametrize("kind", MARKUP)
def test_markup_in_logs_is_shown_as_it_is(show, tmp_path, kind):
    shown = show(terminal=True, follow_logs=True)
    (tmp_path / "worker-1.log").write_text(f"{MARKUP[kind]}\n")
    shown.screen.poll(tmp_path)

    assert shown.plain == f"{tmp_path.name}/worker-1 {MARKUP[kind]}\n"


def test_logs_are_shown_only_when_they_are_followed(show, tmp_path):
    shown = show(terminal=False)
    (tmp_path / "worker-1.log").write_text("secret\n")
    shown.screen.poll(tmp_path)

    assert shown.text == ""


def test_there_is_no_colour_code_and_no_bar_where_no_terminal_is(show, tmp_path):
    shown = show(terminal=False)
    show_everything(shown.screen, "text")
    made = gate(tmp_path, told(outcome("passed")), told(outcome("failed")))
    shown.screen.table(made, made.comparisons())
    shown.screen.findings(findings(made.comparisons(), "run"), "run", Accepted())

    assert "\x1b" not in shown.text
    assert "\r" not in shown.text
    assert "━" not in shown.text.partition("→ 1. text")[0]


def test_on_a_terminal_the_answer_has_a_colour(show):
    shown = show(terminal=True)
    shown.screen.verdict(Verdict(Answer.BLOCKED, ("because",)), "folder")

    assert "\x1b[1;31m" in shown.text
    assert "BLOCKED: because" in shown.plain


def test_a_screen_writes_where_it_was_told_to_and_without_colours_into_a_pipe():
    code = "from ci.screen import Screen; s = Screen(to_stderr=True); s.say('one'); Screen().say('two')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("two\n", "one\n")


def test_the_table_counts_each_change_by_area(show, tmp_path):
    shown = show(terminal=False)
    ids = [f"scenarios/audit/t.py::{number}" for number in range(3)]
    old = told(*(outcome("passed", scenario=one) for one in ids))
    new = told(
        *(outcome(result, scenario=one) for one, result in zip(ids, ("failed", "failed", "passed"), strict=True))
    )
    made = gate(tmp_path, old, new)
    shown.screen.table(made, made.comparisons())

    words = [line.split("│") if "│" in line else line.split("┃") for line in shown.text.splitlines()]
    rows = [[cell.strip() for cell in row if cell.strip()] for row in words]
    assert ["area", "regressed", "same"] in rows
    assert ["audit", "2", "1"] in rows


def test_findings_of_one_cause_stand_together_with_one_line_on_how_to_repeat_them(show):
    shown = show(terminal=False)
    many = [Finding(f"id{n}", Change.REGRESSED, f"scenario {n}", "one cause", "") for n in range(3)]
    shown.screen.findings([*many[:2], Finding("x", Change.FIXED, "other", "one cause", ""), many[2]], "RUN", Accepted())

    assert shown.text.splitlines() == [
        "regressed: one cause",
        *(f"    id{n}  scenario {n}" for n in range(3)),
        "fixed: one cause",
        "    x  other",
        "Repeat one with: ./ci/preflight replay RUN ID",
    ]


def test_a_replay_says_of_each_scenario_whether_it_was_so_again(show):
    shown = show(terminal=False)
    comparisons = [compared("passed", "failed"), compared("passed", "passed", scenario=TWO)]
    shown.screen.replayed({ONE: "regressed", TWO: "regressed"}, comparisons)

    assert shown.text.splitlines() == [f"regressed again: {ONE}", f"same now, was regressed: {TWO}"]


def test_a_replay_of_several_rounds_says_in_how_many_it_was_so_again(show):
    shown = show(terminal=False)
    rounds = compared("passed", "failed", ("passed", "failed"), ("passed", "passed"))
    shown.screen.replayed({ONE: "regressed"}, [rounds])

    assert shown.text.splitlines() == [f"flaky now, was regressed, regressed in 2 of 3 rounds: {ONE}"]


def test_a_finding_says_whether_it_is_accepted_and_why_not_any_more(show):
    shown = show(terminal=False)
    held = Acceptance("id0", ONE, "regressed", "cause", "it is fine", DAY, {}, DAY)
    found = [Finding(f"id{n}", Change.REGRESSED, one, "cause", "") for n, one in enumerate((ONE, TWO))]
    shown.screen.findings(found, "RUN", Accepted({ONE: held}, {TWO: "accepted until 2026-01-01, that was 2 days ago"}))

    assert shown.text.splitlines()[1:3] == [
        f"    id0  {ONE}  (accepted until 2026-03-01: it is fine)",
        f"    id1  {TWO}  (accepted until 2026-01-01, that was 2 days ago)",
    ]


def test_what_is_kept_is_told_in_lines(show):
    shown = show(terminal=True)
    shown.screen.before(6, Step("run", str))
    shown.screen.kept(["candidate: \x1b[31m", "Leave with exit"])

    assert shown.plain.splitlines()[-2:] == ["candidate: ·[31m", "Leave with exit"]


def test_a_verdict_shows_its_first_reasons_and_how_many_more_there_are(show):
    shown = show(terminal=False)
    shown.screen.verdict(Verdict(Answer.INCONCLUSIVE, tuple(f"reason {n}" for n in range(20))), "runs/x")

    lines = shown.text.strip().splitlines()
    assert lines[0] == "INCONCLUSIVE: reason 0"
    assert lines[-2:] == ["    and 12 more", "Evidence: runs/x"]
    assert len(lines) == 10


def test_a_complaint_is_one_line_on_standard_error(capsys):
    complain("this [red]is[/red] wrong")

    assert capsys.readouterr() == ("", "preflight: this [red]is[/red] wrong\n")


def test_differences_are_listed_by_group_and_a_long_group_is_cut(show):
    shown = show(terminal=False)
    shown.screen.observations(
        {"configuration": [f"`{n}`: 0 → 1" for n in range(10)], "memory": ["`m`: 1 → 2"]}, "runs/x"
    )

    lines = shown.plain.splitlines()
    assert lines[0] == "observed: configuration (10)"
    assert lines[8:] == [
        "    `7`: 0 → 1",
        "    and 2 more in runs/x/results.json",
        "observed: memory (1)",
        "    `m`: 1 → 2",
    ]


def test_faults_are_shown_where_scenarios_observed_one(shown):
    observed = {"fault": "REDIS_[red]CUT", "setting": "late", "lost": 1}
    seen = Outcome(ONE, "passed", observations={"figures": observed})
    shown.screen.faults([Comparison(ONE, seen, seen)])
    assert "REDIS_[red]CUT" in shown.plain


def test_no_table_of_faults_is_shown_where_nobody_observed_one(shown):
    shown.screen.faults([compared("passed", "passed")])
    assert shown.plain == ""
