"""Bad input of every kind: one clear line, the documented exit code, no run, and nothing that it says is obeyed."""

import json
import os
from pathlib import Path

import pytest

from ci.comparison import Change
from ci.findings import identity
from ci.results import as_data
from ci.tests.helpers import ONE, TWO, gate, outcome, told
from ci.verdict import judge

FINDING, UNFIT = identity(Change.REGRESSED, ONE), identity(Change.BROKEN_IN_BOTH, TWO)

NAMES = {
    "unknown stack": ("gate --candidate nope", "no stack is called 'nope'"),
    "unknown baseline": ("gate --baseline nope", "no stack is called 'nope'"),
    "stack by path": ("gate --candidate ../stacks/latest", "no stack is called"),
    "empty stack": ("gate --candidate +celery==5.6.2", "no stack is called ''"),
    "unknown area": ("gate --area nope", "no area is called 'nope'"),
    "area by path": ("gate --area ../ci", "no area is called"),
    "unknown area to list": ("scenarios --area nope", "no area is called 'nope'"),
    "unknown area to break": ("controls --area nope", "'nope'"),
    "unknown stack to break the app on": ("controls --on nope --services embedded", "no stack is called 'nope'"),
    "no engine to break the app on": ("controls --services container", "no container engine"),
    "unknown run": ("replay nope", "no run is called 'nope'"),
    "no run yet": ("replay latest", "none yet"),
    "no run named": ("replay", "'RUN'"),
    "no requirement": ("gate --candidate latest+==1", "is not a requirement"),
    "empty requirement": ("gate --candidate latest+", "is not a requirement"),
    "URL requirement": ("gate --candidate latest+celery@file:///celery.whl", "released versions only"),
    "no engine": ("gate --services container", "no container engine"),
    "unknown provider": ("gate --services cloud", "'cloud'"),
    "two lengths": ("gate --quick --full", "--quick and --full are two answers"),
    "unknown run for the record": ("record nope", "no run is called 'nope'"),
    "no run for the record": ("record", "'RUN...'"),
    "unknown option": ("gate --fast", "--fast"),
    "option without value": ("gate --area", "--area"),
    "unknown sub-command": ("nope", "'nope'"),
    "unknown stack to lock": ("stacks lock nope", "no stack is called 'nope'"),
    "unknown sub-command of stacks": ("stacks nope", "'nope'"),
    "too many arguments": ("stacks list more", "more"),
}
PINS = {
    "no such file": ("gate --candidate-requirements nope.txt", "nope.txt: no such file"),
    "a folder": ("gate --candidate-requirements folder", "folder is not a file"),
    "a pipe": ("gate --candidate-requirements pipe.txt", "pipe.txt is not a file"),
    "not text": ("gate --candidate-requirements binary.txt", "binary.txt is not text"),
    "an empty file": ("gate --candidate-requirements empty.txt", "names no celery"),
    "no celery": ("gate --candidate-requirements flask.txt", "flask.txt names no celery"),
    "no requirement": ("gate --candidate-requirements broken.txt", "broken.txt, line 2: 'celery=5.6.3' is not"),
    "an include that is not there": ("gate --candidate-requirements include.txt", "gone.txt: no such file"),
    "an include of itself": ("gate --candidate-requirements circle.txt", "includes itself"),
    "celery from an address": ("gate --candidate-requirements address.txt", "released versions only"),
    "celery from a checkout": ("gate --candidate-requirements editable.txt", "celery comes from git+https://host/x"),
    "a project": ("gate --candidate-requirements pyproject.toml", "give the lock made of it, or pip freeze"),
    "a lock that is none": ("gate --candidate-requirements uv.lock", "uv.lock is not TOML"),
    "a toml that is no lock": ("gate --candidate-requirements other.toml", "neither a pylock.toml nor a uv.lock"),
    "a Python that is not here": ("gate --candidate-requirements pylock.toml", "asks for Python >=3.99"),
    "a stack and a file": ("gate --candidate latest --candidate-requirements good.txt", "two answers"),
    "a day without a file": ("gate --baseline-as-of 2024-01-01", "--baseline-as-of needs the baseline's pins"),
    "no day": ("gate --baseline-as-of yesterday --baseline-requirements good.txt", "'yesterday'"),
    "one commit": ("gate --from-git HEAD", "name two commits"),
    "no repository": ("gate --from-git a..b --repository folder", "not a git repository"),
    "no folder": ("gate --from-git a..b --repository nope", "nope"),
    "commits and a file": ("gate --from-git a..b --candidate-requirements good.txt", "--from-git names both files"),
    "one file of two": ("gate --changed-only --candidate-requirements good.txt", "the baseline's is missing"),
    "no file of two": ("gate --changed-only --candidate latest", "--changed-only compares two files"),
    "a path without commits": ("gate --requirements good.txt", "go with --from-git"),
}
SETTINGS = {
    "no such file": ("gate --settings nope.toml", "nope.toml cannot be read: No such file"),
    "a folder": ("gate --settings folder", "folder cannot be read"),
    "not TOML": ("gate --settings flask.txt", "is not TOML"),
    "not text": ("gate --settings binary.txt", "is not TOML"),
    "no table": ("gate --settings other.toml", "must have one table, [celery]"),
    "unknown": ("gate --settings unknown.toml", "task_ack_late is no setting"),
    "wrong type": ("gate --settings type.toml", "task_acks_late must be true or false"),
    "the team's own broker": (
        "gate --settings broker.toml",
        "broker_url cannot be set: the gate starts servers of its own",
    ),
}
RUNS = {
    "unknown finding to replay": ("replay latest nope", "holds no nope to repeat"),
    "no number of times": ("replay latest --times 0", "'--times'"),
    "words for a number of times": ("replay latest --times often", "'often'"),
    "unknown stack to try": (f"replay latest {FINDING} --on nope", "no stack is called 'nope'"),
    "several kept": ("replay latest --keep", "--keep is for one scenario"),
    "kept as JSON": (f"replay latest {FINDING} --keep --json", "choose one"),
    "accepting in no run": (f"accept nope {FINDING} --because x", "no run is called 'nope'"),
    "accepting nothing": ("accept latest --because x", "'FINDING'"),
    "accepting the unknown": ("accept latest nope --because x", "has no finding 'nope'"),
    "accepting without a reason": (f"accept latest {FINDING}", "'--because'"),
    "accepting for no reason": (f"accept latest {FINDING} --because=", "--because is empty"),
    "accepting what did not regress": (f"accept latest {UNFIT} --because x", "only a regression"),
    "accepting until long ago": (f"accept latest {FINDING} --because x --until 2020-01-01", "is over already"),
    "accepting until no day": (f"accept latest {FINDING} --because x --until soon", "'soon'"),
    "accepting into nowhere": (f"accept latest {FINDING} --because x --accepted no/where.toml", "cannot be written"),
    "accepting into something else": (
        f"accept latest {FINDING} --because x --accepted other.toml",
        "holds no accepted",
    ),
    "accepted differences that are not there": (
        "gate --accepted nope.toml",
        "nope.toml holds no accepted differences: [Errno 2] No such file",
    ),
    "accepted differences that are none": ("gate --accepted other.toml", "holds no accepted differences"),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Where we are: a folder of good and bad files."""
    folder = tmp_path / "here"
    (folder / "folder").mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    os.mkfifo("pipe.txt")
    Path("binary.txt").write_bytes(bytes(range(256)))
    texts = {
        "empty.txt": "",
        "good.txt": "celery==5.6.3\n",
        "flask.txt": "flask==3.0\n",
        "broken.txt": "redis\ncelery=5.6.3\n",
        "include.txt": "celery\n-r gone.txt\n",
        "circle.txt": "celery\n-r circle.txt\n",
        "address.txt": "celery @ https://host/celery-5.6.3-py3-none-any.whl\n",
        "editable.txt": "-e git+https://user:secret@host/x#egg=celery\n",
        "pyproject.toml": "[project]\nname = 'x'\n",
        "uv.lock": "celery==5.6.3\n",
        "other.toml": "accepted = 3\n",
        "pylock.toml": 'lock-version = "1.0"\nrequires-python = ">=3.99"\n[[packages]]\nname = "celery"\nversion = "5"',
        "unknown.toml": "[celery]\ntask_ack_late = true\n",
        "type.toml": "[celery]\ntask_acks_late = 1\n",
        "broker.toml": '[celery]\nbroker_url = "redis://user:secret@production/0"\n',
    }
    for name, text in texts.items():
        Path(name).write_text(text)
    return folder


@pytest.fixture
def run(runs):
    """A run that is over, with a regression and something broken in both."""
    old = told(outcome("passed"), outcome("failed", scenario=TWO))
    made = gate(runs, old, told(outcome("failed"), outcome("failed", scenario=TWO)))
    for arm, stack in made.stacks.items():
        made.folder.write_lock(arm, stack)
    made.folder.write_results(as_data(made, judge(made.comparisons()), made.steps(), 1.0))
    return made.folder


def refused(answer: tuple[int, str, str], says: str) -> None:
    """One line on standard error that says it, and the exit code of a usage error."""
    code, output, complaint = answer
    assert (code, output) == (2, "")
    assert complaint.startswith("preflight: ")
    assert says in complaint
    assert complaint.count("\n") == 1
    assert complaint.endswith("\n")
    assert "secret" not in complaint


@pytest.mark.parametrize("kind", NAMES)
def test_names_options_and_arguments(preflight, runs, kind):
    line, says = NAMES[kind]

    refused(preflight(*line.split(" ")), says)
    assert not runs.exists()


@pytest.mark.parametrize("kind", PINS)
def test_pins(preflight, runs, folder, kind):
    line, says = PINS[kind]

    refused(preflight(*line.split(" ")), says)
    assert not runs.exists()


@pytest.mark.parametrize("kind", SETTINGS)
def test_settings(preflight, runs, folder, kind):
    line, says = SETTINGS[kind]

    refused(preflight(*line.split(" ")), says)
    assert not runs.exists()


@pytest.mark.parametrize("kind", RUNS)
def test_runs_and_findings(preflight, runs, run, folder, kind):
    line, says = RUNS[kind]

    refused(preflight(*line.split(" ")), says)
    assert list(runs.iterdir()) == [run.path]


HOSTILE = {
    "shell": "$(touch owned)`touch owned`;touch owned",
    "terminal": "\x1b]0;owned\x07\x1b[2J\x9b31m",
    "markup": "<script>owned()</script>[red]&amp;",
    "lines": "a\nb\r\nc",
    "long": "x" * 100_000 + " y",
}
PLACES = {
    "stack": lambda text: ("gate", f"--candidate={text}"),
    "overlay": lambda text: ("gate", f"--candidate=latest+{text}"),
    "area": lambda text: ("gate", f"--area={text}"),
    "file": lambda text: ("gate", f"--candidate-requirements={text}"),
    "commits": lambda text: ("gate", f"--from-git={text}..{text}"),
    "repository": lambda text: ("gate", "--from-git=a..b", f"--repository={text}"),
    "settings": lambda text: ("gate", f"--settings={text}"),
    "run": lambda text: ("replay", "--", text),
    "finding": lambda text: ("replay", "latest", "--", text),
    "accepted": lambda text: ("gate", f"--accepted={text}"),
    "requirement in a file": lambda text: ("gate", f"--candidate-requirements={_file('mine.txt', f'celery{text}')}"),
    "setting in a file": lambda text: (
        "gate",
        f"--settings={_file('mine.toml', f'[celery]{chr(10)}{json.dumps(text)} = 1')}",
    ),
}


def _file(name: str, text: str) -> str:
    Path(name).write_text(text)
    return name


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_text_is_shown_and_never_obeyed(preflight, run, folder, kind, place):
    code, output, complaint = preflight(*PLACES[place](HOSTILE[kind]))

    assert (code, output) == (2, "")
    assert complaint.count("\n") == 1
    assert not set(complaint) & set("\x1b\x07\x9b\r")
    assert len(complaint) < 2_000
    assert not (folder / "owned").exists()
