"""The sub-commands, and what they answer to bad input."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from ci import door as doors
from ci import gate_door
from ci.checkout import STACKS
from ci.run_folder import RunFolder
from ci.tests.helpers import ROOT

pytestmark = pytest.mark.usefixtures("runs")


def sub_commands(group: click.Group, names: tuple[str, ...] = ()):
    """Every sub-command as (names, command), groups included."""
    for name, command in group.commands.items():
        yield (*names, name), command
        if isinstance(command, click.Group):
            yield from sub_commands(command, (*names, name))


@pytest.mark.parametrize(
    "arguments",
    [
        ("gate", "--candidate", "latest+cel\nery"),
        ("gate", "--candidate", "no\nstack"),
        ("gate", "--area", "no\narea"),
        ("gate", "--no\noption"),
        ("replay", "no\nrun"),
        ("no\ncommand",),
    ],
    ids=str,
)
def test_even_input_of_several_lines_is_answered_with_one(preflight, runs, arguments):
    code, _, complaint = preflight(*arguments)

    assert code == 2
    assert complaint.count("\n") == 1
    assert not runs.exists()


def test_a_python_that_is_not_there_is_named_with_those_that_are(preflight, runs, tmp_path, monkeypatch):
    (tmp_path / "old.toml").write_text('python = "3.99"\nrequirements = ["celery"]\n')
    (tmp_path / "old.lock").write_text("celery==5.3.6\n")
    monkeypatch.setattr("ci.asked.STACKS", tmp_path)
    code, _, complaint = preflight("gate", "--baseline", "old", "--candidate", "old")

    assert code == 2
    assert complaint.startswith("preflight: Python 3.99 is not installed (found: 3.")
    assert complaint.count("\n") == 1
    assert not runs.exists()


def test_a_stack_without_a_lock_says_how_to_make_it(preflight, runs, tmp_path, monkeypatch):
    shutil.copy(STACKS / "plan-2023.toml", tmp_path)
    monkeypatch.setattr("ci.asked.STACKS", tmp_path)
    code, _, complaint = preflight("gate", "--baseline", "plan-2023", "--candidate", "plan-2023")

    assert code == 2
    assert "preflight stacks lock plan-2023" in complaint
    assert not runs.exists()


@pytest.mark.parametrize("text", ["[]", "{}", "nonsense"])
def test_a_run_whose_results_cannot_be_read_is_bad_input(preflight, runs, text):
    folder = RunFolder.create(runs)
    (folder.path / "results.json").write_text(text)
    code, _, complaint = preflight("replay", "latest")

    assert code == 2
    assert folder.name in complaint
    assert complaint.count("\n") == 1
    assert list(runs.iterdir()) == [folder.path]


@pytest.mark.parametrize("names", [names for names, _ in sub_commands(doors.door)], ids=" ".join)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_the_help_of_every_sub_command_has_an_example(preflight, names, option):
    code, output, complaint = preflight(*names, option)

    assert (code, complaint) == (0, "")
    assert f"./ci/preflight {' '.join(names)}" in output.partition("Example")[2]


def test_the_help_of_the_door_has_every_sub_command_and_exit_code(preflight):
    code, output, _ = preflight("--help")

    assert code == 0
    assert all(name in output for name in doors.door.commands)
    assert [f"{number}  {word}" in output for number, word in ((0, "SAFE"), (1, "BLOCKED"), (4, "UNRESOLVABLE"))]


@pytest.mark.parametrize("arguments", [(), ("stacks",)], ids=["door", "stacks"])
def test_without_a_sub_command_the_help_is_shown_and_not_as_an_error_message(preflight, arguments):
    code, output, complaint = preflight(*arguments)

    assert code in (0, 2)
    assert "Commands:" in output + complaint
    assert "preflight: Usage" not in complaint
    assert "(see --help)" not in complaint


def test_stacks_are_listed_for_people_and_for_programs(preflight):
    names = sorted(path.stem for path in STACKS.glob("*.toml"))
    code, table, _ = preflight("stacks", "list")
    assert code == 0
    assert all(name in table for name in names)

    code, text, _ = preflight("stacks", "list", "--json")
    assert (code, list(json.loads(text))) == (0, names)
    assert json.loads(text)["plan-2023"]["celery"] == "5.3.6"


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (KeyboardInterrupt(), 3, "interrupted"),
        (OSError(28, "No space left on device"), 3, "No space left"),
        (RuntimeError("our own bug"), 3, "our own bug"),
        (AssertionError("our own bug"), 3, "our own bug"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_no_error_of_our_own_looks_like_blocked(preflight, monkeypatch, error, code, said):
    def fail(*_, **__):
        raise error

    monkeypatch.setattr(gate_door, "ask", fail)
    answer, _, complaint = preflight("gate", "--candidate", "celery-5.5", "--baseline", "celery-5.5")

    assert answer == code
    assert said in complaint


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout with the real app and conftest.py, and one area whose scenarios a test writes."""
    root = tmp_path / "checkout"
    (root / "scenarios" / "audit").mkdir(parents=True)
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, root)
    (root / "reference_app").symlink_to(ROOT / "reference_app")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setattr("ci.collect.ROOT", root)
    monkeypatch.setattr(doors, "ROOT", root)
    return root


def test_scenarios_are_listed_by_their_pytest_ids_for_people_and_for_programs(preflight, checkout):
    (checkout / "scenarios" / "audit" / "test_x.py").write_text("def test_one(): ...\ndef test_two(): ...\n")
    ids = ["scenarios/audit/test_x.py::test_one", "scenarios/audit/test_x.py::test_two"]

    assert preflight("scenarios") == (0, "\n".join(ids) + "\n", "")
    code, text, _ = preflight("scenarios", "--json", "--area", "audit")
    assert (code, json.loads(text)) == (0, ids)


@pytest.mark.parametrize("where", ["conftest.py", "scenarios/audit/test_x.py"])
def test_scenarios_that_cannot_be_collected_are_one_line_and_no_list(preflight, checkout, where):
    (checkout / where).write_text("import nothing_of_that_name\n")
    code, output, complaint = preflight("scenarios")

    assert (code, output) == (3, "")
    assert complaint.startswith("preflight: the scenarios cannot be collected")
    assert complaint.count("\n") == 1


@pytest.mark.parametrize(("arguments", "code"), [("--version", 0), ("nowhere.py", 4)])
def test_arguments_of_test_go_to_pytest_in_the_checkout_and_its_exit_code_comes_back(checkout, arguments, code):
    call = "import pathlib, sys; from ci import door; door.ROOT = pathlib.Path(sys.argv.pop(1)); door.main()"
    command = [sys.executable, "-c", call, str(checkout), "test", arguments]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False)

    assert done.returncode == code
    assert "pytest" in done.stdout + done.stderr or "nowhere.py" in done.stderr


def test_usage_is_that_of_the_command_that_was_typed():
    command = [sys.executable, str(ROOT / "ci"), "gate", "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert done.stdout.startswith("Usage: preflight gate ")


def test_a_ci_package_of_the_callers_folder_does_not_shadow_ours(tmp_path):
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "__init__.py").write_text("raise SystemExit(99)\n")
    command = [sys.executable, str(ROOT / "ci"), "gate", "--candidate", "nope"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.startswith("preflight: no stack is called 'nope'")
    assert [path.name for path in Path(tmp_path).iterdir()] == ["ci"]
