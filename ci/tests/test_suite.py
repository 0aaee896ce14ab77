"""What a pytest run tells, however it ends."""

import json
import signal
from dataclasses import asdict
from pathlib import Path

import pytest

from ci import suite
from ci.suite import Order, Suite, SuiteResult, Watch
from ci.tests.helpers import ONE, TWO, outcome, stack
from harness.outcomes import Outcome, Writer, read
from harness.reaper import Reaper
from harness.session import Lease
from harness.stack.lock import Lock
from harness.stack.store import Built, Stack


def taken(path) -> SuiteResult:
    """A result made of a file."""
    result = SuiteResult()
    for what, value in read(path):
        result.take(what, value)
    return result


def results(path, *done: Outcome, collected=(ONE, TWO), running: str = "", whole: bool = True):
    """A file as pytest's side writes it."""
    writer = Writer(path)
    writer.collected({one: [] for one in collected})
    for one in done:
        writer.started(one.scenario)
        writer.ended(one)
    if running:
        writer.started(running)
    if whole:
        writer.finished()
    return path


@pytest.fixture
def path(tmp_path):
    """Where outcomes are written."""
    return tmp_path / "outcomes.jsonl"


class Lender:
    """A desk's address and key, with nothing behind them."""

    address = "/no/desk"
    authkey = b"key"


class Kept(Watch):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.events: list = []
        self.polled: set = set()
        self.results: list = []

    def event(self, arm, what, value):
        """Keep it."""
        self.events.append((arm, what, value))

    def poll(self, folder):
        """Keep it."""
        self.polled.add(folder)


def folder(root: Path, arm: str) -> Path:
    """A folder for an arm's logs."""
    (root / arm).mkdir()
    return root / arm


@pytest.fixture
def follow(tmp_path):
    """Runs a suite on a stack whose pytest is a shell script, and returns the result and what the watch was told."""

    def follow(script: str, *arms: str, watch: Kept | None = None):
        watch = watch or Kept()
        program = tmp_path / "python"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        built = Built(stack(), program, tmp_path / "tools", tmp_path / "web")
        orders = [Order(arm, built, ["scenarios"], folder(tmp_path, arm)) for arm in arms or ("baseline",)]
        watch.results = [order.into for order in orders]
        [result, *_] = Suite(Lender(), reaper, watch).run(*orders)
        return result, watch

    with Reaper() as reaper:
        yield follow


def lines(*events: dict) -> str:
    """A shell command that appends events to the results file."""
    return "".join(f"echo '{json.dumps(event)}' >>$PREFLIGHT_RESULTS\n" for event in events)


def test_a_whole_file_has_every_outcome_as_it_was(path):
    done = [outcome("passed"), outcome("failed", scenario=TWO, detail="line\nline")]
    result = taken(results(path, *done))

    assert result.finished
    assert result.on([]) == {ONE: done[0], TWO: done[1]}


def test_a_file_that_is_cut_off_within_a_line_keeps_what_came_before(path):
    whole = results(path, outcome("passed"), outcome("passed", scenario=TWO)).read_bytes()

    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        result = taken(path)
        complete = whole[:length].count(b'"ended"', 0, whole[:length].rfind(b"\n") + 1)
        passed = [one for one in result.on([ONE, TWO]).values() if one.result == "passed"]
        assert complete <= len(passed) <= whole[:length].count(b'"ended"')
        assert {one.result for one in result.on([ONE, TWO]).values()} <= {"passed", "unknown"}
        assert not (result.finished and length < len(whole) - 1)


def test_no_file_is_a_run_of_which_nothing_is_known(path):
    assert {one.result for one in taken(path).on([ONE, TWO]).values()} == {"unknown"}


def test_a_scenario_that_started_but_did_not_end_is_unknown_and_named(path):
    result = taken(results(path, outcome("passed"), running=TWO, whole=False))

    assert result.running == TWO
    assert result.on([])[TWO].result == "unknown"


def test_nothing_is_running_between_two_scenarios(path):
    assert taken(results(path, outcome("passed"), whole=False)).running == ""


def test_on_a_stack_whose_app_does_not_import_every_scenario_failed_for_that_reason(path):
    Writer(path).broken("ImportError: no packaging")
    found = taken(path).on([ONE, TWO])

    assert {(one.scenario, one.result, one.cause) for one in found.values()} == {
        (ONE, "failed", "ImportError: no packaging"),
        (TWO, "failed", "ImportError: no packaging"),
    }


def test_scenarios_of_a_file_that_does_not_import_failed_for_that_reason_and_no_others(path):
    Writer(path).uncollected(TWO.partition("::")[0], "ImportError: no beat")
    found = taken(results(path, outcome("passed"), collected=[ONE])).on([ONE, TWO])

    assert (found[TWO].result, found[TWO].cause) == ("failed", "ImportError: no beat")
    assert found[ONE].result == "passed"


def test_a_scenario_that_was_wanted_but_not_collected_did_not_run(path):
    found = taken(results(path, outcome("passed"), collected=[ONE])).on([ONE, TWO])

    assert (found[TWO].result, found[TWO].cause) == ("unknown", "it did not run")


def test_trouble_is_the_cause_of_what_did_not_run():
    found = SuiteResult(collected=[ONE], trouble="killed").on([])

    assert (found[ONE].result, found[ONE].cause) == ("unknown", "killed")


def test_events_are_told_once_each_and_in_order(follow):
    events = [{"collected": {ONE: []}}, {"started": ONE}, {"ended": asdict(outcome("passed"))}, {"finished": True}]
    result, watch = follow(lines(*events))

    assert watch.events == [("baseline", *next(iter(event.items()))) for event in events]
    assert len(watch.polled) == 1
    assert (result.finished, result.trouble, result.outcomes) == (True, "", {ONE: outcome("passed")})


def test_a_pytest_that_dies_is_trouble_with_its_last_words_and_where_it_was(follow):
    script = lines({"collected": {ONE: []}}, {"started": ONE}) + "echo 'MemoryError: too much' >&2; exit 7"
    result, _ = follow(script)

    assert ONE in result.trouble
    assert "MemoryError: too much" in result.trouble
    assert "pytest.log" in result.trouble
    assert result.on([])[ONE].result == "unknown"


def test_temporary_files_of_a_run_are_in_a_folder_that_goes_with_the_gate(tmp_path):
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\necho $TMPDIR >{tmp_path}/told; touch $TMPDIR/left\n")
    program.chmod(0o755)
    with Reaper() as reaper:
        built = Built(stack(), program, tmp_path, tmp_path)
        Suite(Lender(), reaper, Watch()).run(Order("baseline", built, [], folder(tmp_path, "baseline")))
        used = Path((tmp_path / "told").read_text().strip())
        assert (used / "left").exists()

    assert not used.exists()


def test_a_pytest_that_is_killed_is_trouble(follow):
    result, _ = follow(f"kill -{signal.SIGKILL} $$")

    assert f"exit code -{signal.SIGKILL}" in result.trouble


def test_a_pytest_that_ends_well_without_having_finished_is_trouble(follow):
    result, _ = follow(lines({"collected": {ONE: []}}))

    assert "exit code 0" in result.trouble


def test_a_pytest_that_says_nothing_any_more_is_trouble(follow, monkeypatch):
    monkeypatch.setattr(suite, "SILENCE_SECONDS", 0.1)
    result, _ = follow(lines({"started": ONE}) + "exec sleep 1000")

    assert "said nothing" in result.trouble


def test_an_app_that_does_not_import_is_no_trouble(follow):
    result, _ = follow(lines({"broken": "ImportError: no packaging"}) + "exit 1")

    assert (result.broken, result.trouble) == ("ImportError: no packaging", "")


@pytest.mark.parametrize(("pinned", "folder"), [("", "/web"), ("gunicorn==23.0.0\n", None)])
def test_the_web_layer_is_used_only_where_the_stack_pins_no_web_server(pinned, folder):
    old = stack()
    built = Built(Stack("old", old.python, Lock(old.lock.text + pinned)), *map(Path, ("/bin/p", "/t", "/web")))

    assert suite.interpreter_of(built).web_server == folder


class Interrupting(Kept):
    """Interrupts when a scenario has ended, as Ctrl-C may."""

    def event(self, arm, what, value):
        """Interrupt."""
        super().event(arm, what, value)
        if what == "ended" and arm == "baseline":
            raise KeyboardInterrupt


def test_what_pytest_told_is_kept_when_the_run_is_interrupted(follow):
    watch = Interrupting()
    with pytest.raises(KeyboardInterrupt):
        follow(
            lines({"collected": {ONE: []}}, {"ended": asdict(outcome("passed"))}) + "exec sleep 1000",
            "baseline",
            "candidate",
            watch=watch,
        )

    assert watch.results[0].on([])[ONE].result == "passed"


def test_two_stacks_run_at_the_same_time_and_keep_their_results_apart(follow):
    here = '"$PREFLIGHT_RESULTS.here"'
    both = '"${PREFLIGHT_RESULTS%/*/*}"/baseline/*.here -a -e "${PREFLIGHT_RESULTS%/*/*}"/candidate/*.here'
    meet = f"touch {here}; until [ -e {both} ]; do sleep 0.01; done\n"
    ended = {"ended": asdict(outcome("passed"))}
    _, watch = follow(meet + lines({"collected": {ONE: []}}, ended, {"finished": True}), "baseline", "candidate")

    assert [result.on([])[ONE].result for result in watch.results] == ["passed", "passed"]
    assert {arm for arm, *_ in watch.events} == {"baseline", "candidate"}
    assert {path.name for path in watch.polled} == {"baseline", "candidate"}


def test_one_that_dies_leaves_the_other_to_its_end(follow):
    dies = 'case "$PREFLIGHT_RESULTS" in */baseline/*) exit 7;; esac\n'
    _, watch = follow(dies + lines({"collected": {ONE: []}}, {"finished": True}), "baseline", "candidate")

    assert "exit code 7" in watch.results[0].trouble
    assert (watch.results[1].trouble, watch.results[1].finished) == ("", True)


def test_the_key_to_the_services_does_not_outlive_the_run(follow, tmp_path):
    follow('test -s "$PREFLIGHT_SESSION" && cp "$PREFLIGHT_SESSION" "$PREFLIGHT_SESSION".kept')

    assert (tmp_path / "baseline" / "session.json.kept").exists()
    assert not (tmp_path / "baseline" / "session.json").exists()


def test_nothing_of_our_surroundings_reaches_a_stacks_pytest(follow, tmp_path, monkeypatch):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "ours")
    monkeypatch.setenv("PYTHONPATH", "/ours")
    follow("env")

    names = {line.partition("=")[0] for line in (tmp_path / "baseline" / "pytest.log").read_text().splitlines()}
    assert {"PREFLIGHT_SESSION", "PREFLIGHT_RESULTS", "PATH"} <= names
    assert not names & {"DJANGO_SETTINGS_MODULE", "PYTHONPATH"}


def test_a_run_is_lent_the_stack_that_runs_today_beside_its_own(tmp_path):
    program = tmp_path / "python"
    program.write_text('#!/bin/sh\ncp "$PREFLIGHT_SESSION" "$PREFLIGHT_SESSION".kept\n')
    program.chmod(0o755)
    new, old = (Built(stack(name), program, tmp_path / "tools", tmp_path / "web") for name in ("new", "old"))
    with Reaper() as reaper:
        orders = [
            Order("alone", new, ["scenarios"], folder(tmp_path, "alone")),
            Order("beside", new, ["scenarios"], folder(tmp_path, "beside"), old=old),
        ]
        Suite(Lender(), reaper, Watch()).run(*orders)

    leases = [Lease.read(order.folder / "session.json.kept") for order in orders]
    assert [(lease.interpreter.stack, lease.old.stack) for lease in leases] == [("new", "new"), ("new", "old")]
