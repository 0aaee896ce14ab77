"""What a real gate leaves behind when it is killed, and whether two of them disturb one another."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ci.tests.helpers import ROOT
from harness import sessions
from harness.tests.helpers import short_folder
from harness.waiting import wait_until

LOGIN = "scenarios/audit/test_login.py::test_a_successful_login_ends_as_a_row_of_its_user"
GATE = """
import sys
from pathlib import Path
from ci import ask
from ci.question import Question
from ci.screen import Screen
ask.RUNS = Path(sys.argv[1])
question = Question("plan-2023", sys.argv[2], (sys.argv[3],), times=int(sys.argv[4]), keep=sys.argv[5] == "keep")
sys.exit(ask.ask(question, "embedded", Screen(follow_logs=True), repeats=1))
"""
GUARD = 300  # seconds: nothing is measured with it
pytestmark = pytest.mark.timeout(900)


@pytest.fixture
def home():
    """A temporary folder of its own for gates; everything that they start carries its name in TMPDIR."""
    with short_folder() as folder:
        yield folder


@pytest.fixture
def gate(home, tmp_path):
    """Starts a gate on one scenario: gate(candidate, times=1, keep=False, shell="/bin/sh")."""
    started = []

    def gate(candidate: str, *, times: int = 1, keep: bool = False, shell: str = "/bin/sh"):
        runs = tmp_path / f"runs-{len(started)}"
        arguments = [str(runs), candidate, LOGIN, str(times), "keep" if keep else "-"]
        environment = {**os.environ, "TMPDIR": str(home), "PYTHONPATH": str(ROOT), "SHELL": shell}
        with (tmp_path / f"gate-{len(started)}.log").open("w") as log:
            command = [sys.executable, "-c", GATE, *arguments]
            popen = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        started.append(popen)
        return popen, runs, Path(log.name)

    yield gate
    for popen in started:
        popen.kill()
        popen.wait()
        popen.stdin.close()


def left_over(home: Path) -> list[str]:
    """Processes that carry the folder's name in TMPDIR, and what is in the folder."""
    marker = f"TMPDIR={home}".encode()
    processes = [entry.name for entry in Path("/proc").glob("[0-9]*") if marker in _environment(entry)]
    return [one for one in processes if sessions.is_running(int(one))] + [path.name for path in home.iterdir()]


def _environment(process: Path) -> list[bytes]:
    try:
        return (process / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


MOMENTS = {
    "before anything runs": ("runs", "*"),
    "while a server starts": ("home", "preflight-postgres-*"),
    "while a scenario runs": ("runs", "*/candidate*/shared-worker-*.log"),
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_gate_that_is_killed_leaves_no_process_and_no_temporary_folder(gate, home, moment):
    popen, runs, log = gate("plan-2023")
    place, pattern = MOMENTS[moment]
    folder = {"runs": runs, "home": home}[place]
    wait_until(lambda: any(folder.glob(pattern)), GUARD, moment, hint=f"The gate's output: {log}")
    assert left_over(home)

    os.kill(popen.pid, signal.SIGKILL)
    popen.wait()
    wait_until(lambda: not left_over(home), GUARD, "nothing is left behind", hint=f"Left: {left_over(home)}")


def test_a_gate_that_is_killed_while_somebody_looks_takes_what_was_kept_and_the_shell_along(gate, home):
    popen, _, log = gate("plan-2023", keep=True)
    popen.stdin.write(b"echo somebody looks $((6 * 7)) times\n")
    popen.stdin.flush()
    wait_until(lambda: "somebody looks 42 times" in log.read_text(), GUARD, "the shell answers", hint=f"Log: {log}")
    assert "    shared-worker-1 runs, process " in log.read_text()

    os.kill(popen.pid, signal.SIGKILL)
    popen.wait()
    wait_until(lambda: not left_over(home), GUARD, "nothing is left behind")


def test_what_is_kept_is_up_in_the_shell_and_gone_after_it(gate, home):
    """Two rounds are asked for and none fails: it is the last one that is kept."""
    popen, _, log = gate("plan-2023", times=2, keep=True)
    script = "for arm in baseline candidate; do $arm manage.py check; $arm celery --version; done; echo in $PWD; env\n"
    popen.communicate(script.encode(), timeout=GUARD)
    said = log.read_text()

    assert popen.returncode == 0
    assert said.count("System check identified no issues") == 2
    assert said.splitlines().count("5.3.6 (emerald-rush)") == 2
    assert f"in {ROOT}/reference_app" in said
    assert "CELERY_BROKER_URL=redis://" in said
    assert said.index("✓ 5. run the scenarios") < said.index("shared-worker-1 runs")
    assert not left_over(home)


def test_a_round_that_fails_is_kept_and_no_further_one_runs(gate, home):
    """plan-today has no `packaging`: no worker starts there. (kombu PR #2524)"""
    popen, runs, log = gate("plan-today", times=3, keep=True)
    popen.communicate(b"baseline celery --version\n", timeout=GUARD)
    said = log.read_text()

    assert popen.returncode == 1
    assert "5.3.6 (emerald-rush)" in said.splitlines()
    assert said.count("left out: an earlier one was looked at") == 2
    assert not list(runs.glob("*/candidate-round-2*"))
    assert not left_over(home)


def test_two_gates_side_by_side_are_both_right(gate, home):
    good, bad = gate("plan-2023"), gate("plan-today")

    codes = [popen.wait(GUARD * 2) for popen, *_ in (good, bad)]
    assert codes == [0, 1], [log.read_text()[-2000:] for *_, log in (good, bad)]
    assert not left_over(home)


def test_the_times_that_were_asked_for_are_all_run_and_shown(gate):
    popen, runs, log = gate("plan-today", times=3)
    popen.stdin.close()
    assert popen.wait(GUARD * 2) == 1

    assert log.read_text().count(": 1 regressed") == 2
    for number in (2, 3):
        assert list(runs.glob(f"*/candidate-round-{number}*/pytest.log"))
    shutil.rmtree(runs)
