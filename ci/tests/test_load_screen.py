"""What a load run shows on the terminal."""

import io
import re
from types import SimpleNamespace

import pytest
from rich.console import Console

from ci.loads.design import AB
from ci.loads.page import html
from ci.loads.screen import LoadScreen
from ci.plan import Step
from ci.tests.load_runs import a_round, data_of, rounds_of
from harness.waiting import wait_until
from load.glance import Glance

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@pytest.fixture
def show():
    """A screen on a terminal or a pipe, 200 columns wide, whose output is kept: show(terminal)."""

    def show(*, terminal):
        screen = LoadScreen()
        screen.console = Console(file=io.StringIO(), force_terminal=terminal, width=200, highlight=False)
        return screen

    return show


def text(screen):
    return ESCAPES.sub("", screen.console.file.getvalue())


def trial(rounds, lap=3):
    """Half-way through a lap, with these rounds behind it."""
    experiment = SimpleNamespace(glance=lambda: Glance(123, 4567))
    names = ("baseline", "candidate")
    return SimpleNamespace(rounds=rounds, total=40, lap=lap, names=names, experiment=experiment, design=AB)


def test_on_a_terminal_progress_the_current_rate_and_the_queue_are_shown_while_a_round_goes_on(show):
    screen = show(terminal=True)
    step = Step("load them in turns", str, "done", 1.0)
    screen.before(1, step)
    screen.loading(trial(rounds_of()[:5]), "candidate")
    shown = lambda: "round 3 of 20: candidate · 123 logins/s · 4,567 events wait" in text(screen)  # noqa: E731
    wait_until(shown, 10, "the board is drawn")
    assert "worker_cpu_ms_per_event" in text(screen)
    screen.after(1, step)
    assert text(screen).rstrip().endswith("1. load them in turns: done (1.0 s)")


def test_the_board_is_gone_when_a_step_ends_badly(show):
    screen = show(terminal=True)
    step = Step("load them in turns", str)
    screen.before(1, step)
    screen.loading(trial([]), "baseline")
    screen.stopped(1, step, "the worker died")
    assert text(screen).rstrip().endswith("1. load them in turns: the worker died")


def test_on_a_pipe_each_round_is_a_line(show):
    screen = show(terminal=False)
    told = a_round("candidate")
    screen.loading(trial([]), "candidate")
    screen.loaded(trial([told]), told)
    assert len(text(screen).splitlines()) == 1
    assert "round 3 of 20, candidate: logins_per_second" in text(screen)


def test_every_metric_has_its_answer_beside_what_is_allowed(show):
    screen = show(terminal=False)
    screen.answers(data_of(rounds=rounds_of(worker_cpu_ms_per_event=1.3)))
    [row] = [line for line in text(screen).splitlines() if "worker_cpu_ms_per_event" in line]
    assert re.search(r"worse .* 1\.30 \(1\.30 to 1\.30\) .* 1\.08 ", row)
    assert text(screen).count(" same ") == 17


def test_one_round_of_each_arm_has_a_ratio_and_no_interval(show):
    screen, data = show(terminal=False), data_of(rounds=rounds_of()[:2])
    screen.answers(data)
    assert text(screen).count("1.00 (no interval)") == text(screen).count("too noisy to tell") == 18
    assert "1000.00" not in text(screen)
    assert "1000.00" not in html(data)


def test_each_way_stands_with_its_overhead_and_its_promise(show):
    screen = show(terminal=False)
    screen.ways(data_of("ways"))
    assert "audit overhead, login_p50" in text(screen)
    assert "sync: the row is there before the answer" in text(screen)
