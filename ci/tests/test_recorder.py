"""What a pytest run tells the gate of each scenario, through conftest.py and the recorder."""

import os
import shutil
import signal
import subprocess
import sys

import pytest

from ci.suite import SuiteResult
from ci.tests.helpers import ROOT
from harness.outcomes import read

ENDINGS = """
import pytest
from harness.errors import BrokenPromise, PreflightError, ServiceDied, WrongVersions

@pytest.fixture
def no_service():
    raise ServiceDied("Redis did not start")

@pytest.fixture
def dies():
    yield
    raise ServiceDied("PostgreSQL is gone")

@pytest.fixture
def leaves_a_mess():
    yield
    raise ValueError("a mess")

def test_passes(): pass
def test_fails(): assert 1 == 2, "one is not two"
def test_breaks_a_promise(): raise BrokenPromise("a long story /with/paths", "the cause")
def test_raises(): raise ValueError("first line\\nsecond line")
def test_skips(): pytest.skip("no clock here")
@pytest.mark.skip(reason="marked")
def test_is_skipped(): pass
def test_learns_nothing(): raise WrongVersions("celery 1 instead of 2")
def test_has_no_service(no_service): pass
def test_loses_its_service(dies): pass
def test_fails_because_it_loses_its_service(dies): raise ConnectionError("refused")
def test_passes_but_leaves_a_mess(leaves_a_mess): pass
def test_fails_and_leaves_a_mess(leaves_a_mess): raise KeyError("first")
@pytest.mark.parametrize("odd", ["a/b::c", "[x]", "\\x1b[31m"])
def test_has_odd_ids(odd): pass
"""


KNOWN_TO_FAIL = """
import pytest

@pytest.mark.xfail(reason="known", strict=True)
def test_is_known_to_fail(): assert False
@pytest.mark.xfail(reason="known", strict=True)
def test_is_wrongly_said_to_fail(): pass
def test_gives_up(): pytest.xfail("not here")
"""


# Not all of ours: scenarios in this very pytest run have put the app's settings there.
SURROUNDINGS = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "PYTHONPATH": str(ROOT)}


class Runner:
    """Runs pytest under the repository's own conftest.py, in a folder of its own without scenarios or services."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.results = folder / "outcomes.jsonl"
        shutil.copy(ROOT / "conftest.py", folder)
        shutil.copy(ROOT / "pyproject.toml", folder)
        (folder / "reference_app").mkdir()

    def run(self, code: str, *more: str) -> SuiteResult:
        """Run the tests of a file, and of others by name, and read what was told of them."""
        (self.folder / "test_x.py").write_text(code)
        environment = {**SURROUNDINGS, "PREFLIGHT_RESULTS": str(self.results)}
        command = [sys.executable, "-m", "pytest", "-q", "--continue-on-collection-errors", "test_x.py", *more]
        self.done = subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        result = SuiteResult()
        for what, value in read(self.results):
            result.take(what, value)
        return result


@pytest.fixture(scope="module")
def endings(tmp_path_factory):
    """The outcomes of a file in which scenarios end in all possible ways, by their short names."""
    runner = Runner(tmp_path_factory.mktemp("endings"))
    result = runner.run(ENDINGS)
    assert result.finished, runner.done.stdout + runner.done.stderr
    return {scenario.partition("::test_")[2]: one for scenario, one in result.on([]).items()}


@pytest.fixture
def runner(tmp_path):
    """Runs pytest in a folder of this test's own."""
    return Runner(tmp_path)


@pytest.mark.parametrize(
    ("name", "result", "cause"),
    [
        ("passes", "passed", ""),
        ("fails", "failed", "AssertionError: one is not two"),
        ("breaks_a_promise", "failed", "the cause"),
        ("raises", "failed", "ValueError: first line"),
        ("skips", "skipped", "no clock here"),
        ("is_skipped", "skipped", "marked"),
        ("learns_nothing", "unknown", "celery 1 instead of 2"),
        ("has_no_service", "unknown", "Redis did not start"),
        ("loses_its_service", "unknown", "PostgreSQL is gone"),
        ("passes_but_leaves_a_mess", "failed", "ValueError: a mess"),
        ("fails_and_leaves_a_mess", "failed", "KeyError: 'first'"),
    ],
)
def test_a_scenario_is_told_as_it_ended(endings, name, result, cause):
    assert (endings[name].result, endings[name].cause.removeprefix("Skipped: ")) == (result, cause)


def test_a_failure_during_which_a_service_died_says_nothing_about_the_stack(endings):
    one = endings["fails_because_it_loses_its_service"]

    assert (one.result, one.cause) == ("unknown", "PostgreSQL is gone")


def test_a_scenario_that_is_known_to_fail_is_never_told_as_passed_and_disturbs_no_other(runner):
    result = runner.run(KNOWN_TO_FAIL + "def test_after_them(): pass\n")
    found = {scenario.partition("::test_")[2]: one.result for scenario, one in result.on([]).items()}

    assert found.pop("after_them") == "passed"
    assert found.pop("is_wrongly_said_to_fail") == "failed"
    assert set(found.values()) <= {"failed", "skipped"}


def test_every_cause_is_one_line_and_failures_have_a_report(endings):
    assert all("\n" not in one.cause for one in endings.values())
    assert all(one.detail for one in endings.values() if one.result == "failed")
    assert all(one.seconds >= 0 for one in endings.values())


def test_what_processes_logged_during_a_scenario_is_told_and_what_they_logged_before_is_not(runner):
    log = runner.folder / "worker-1.log"
    writing = f"def test_{{0}}(): open({str(log)!r}, 'a').write('{{0}}\\n')\n"
    result = runner.run(writing.format("first") + writing.format("second") + "def test_silent(): pass\n")

    name = f"{runner.folder.name}/worker-1.log"
    assert [one.logs for one in result.outcomes.values()] == [{name: [0, 6]}, {name: [6, 13]}, {}]


def test_odd_ids_are_told_as_pytest_has_them(endings):
    assert {r"has_odd_ids[a/b::c]", r"has_odd_ids[[x]]", r"has_odd_ids[\x1b[31m]"} <= set(endings)


def test_a_pytest_that_is_killed_has_told_what_came_before(runner):
    killed = f"import os\ndef test_a(): pass\ndef test_b(): os.kill(os.getpid(), {signal.SIGKILL})\n"
    result = runner.run(killed)

    assert {scenario: one.result for scenario, one in result.on([]).items()} == {
        "test_x.py::test_a": "passed",
        "test_x.py::test_b": "unknown",
    }
    assert (result.running, result.finished) == ("test_x.py::test_b", False)


def test_a_scenario_that_was_interrupted_is_not_told_as_failed(runner):
    result = runner.run("def test_a(): raise KeyboardInterrupt\ndef test_b(): pass\n")

    assert {one.result for one in result.on([]).values()} == {"unknown"}


def test_a_file_that_does_not_import_is_told_with_its_cause_and_the_others_run(runner):
    (runner.folder / "test_y.py").write_text("from json import nothing_of_that_name\n")
    result = runner.run("def test_a(): pass\n", "test_y.py")
    found = result.on(["test_y.py::test_b"])

    assert found["test_x.py::test_a"].result == "passed"
    assert found["test_y.py::test_b"].result == "failed"
    assert found["test_y.py::test_b"].cause.startswith("ImportError: cannot import name 'nothing_of_that_name'")


def test_without_a_gate_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.delenv("PREFLIGHT_RESULTS", raising=False)
    runner = Runner(tmp_path)
    (tmp_path / "test_x.py").write_text("def test_a(): pass\n")
    command = [sys.executable, "-m", "pytest", "-q", "test_x.py"]
    environment = SURROUNDINGS
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)

    assert done.returncode == 0
    assert not runner.results.exists()


LONG = """
import pytest

@pytest.mark.full
def test_takes_an_hour(): pass
def test_takes_a_moment(): pass
"""


@pytest.mark.parametrize(
    ("options", "ran", "left_out"),
    [
        ((), ["test_takes_a_moment"], ["test_takes_an_hour"]),
        (("--full",), ["test_takes_an_hour", "test_takes_a_moment"], []),
        (("--only", "ids"), ["test_takes_an_hour"], ["test_takes_a_moment"]),
        (("--known", "ids"), ["test_takes_a_moment"], ["test_takes_an_hour"]),
        (("--full", "--known", "ids"), ["test_takes_a_moment"], ["test_takes_an_hour"]),
    ],
    ids=str,
)
def test_what_is_left_out_is_told_beside_what_runs(runner, options, ran, left_out):
    (runner.folder / "ids").write_text("test_x.py::test_takes_an_hour\n")
    result = runner.run(LONG, *options)

    assert [one.partition("::")[2] for one in result.outcomes] == ran
    assert [one.partition("::")[2] for one in result.left_out] == left_out
    assert result.finished
