"""The files for other projects' CI: accepted by their linters, and their steps run as they are written."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ci.tests.helpers import ROOT

ACTION, COMMENT = ROOT / "ci/github/action.yml", ROOT / "ci/github/comment/action.yml"
WORKFLOW, GITLAB = ROOT / "ci/github/workflow.yml", ROOT / "ci/gitlab/preflight.gitlab-ci.yml"
SCHEMAS = {
    ACTION: "vendor.github-actions",
    COMMENT: "vendor.github-actions",
    WORKFLOW: "vendor.github-workflows",
    GITLAB: "vendor.gitlab-ci",
}
PROGRAMS = Path(sys.executable).parent


def tool(*command: object) -> subprocess.CompletedProcess:
    """Run a linter of the project environment."""
    program, *arguments = map(str, command)
    return subprocess.run([PROGRAMS / program, *arguments], capture_output=True, text=True, check=False)


def schema(path: Path, kind: str) -> int:
    """The exit code of the schema's check."""
    return tool("check-jsonschema", "--builtin-schema", kind, path).returncode


def zizmor(*paths: Path) -> int:
    """The exit code of the check for what an attacker could do, at its strictest for everyday use."""
    return tool("zizmor", "--offline", "--no-progress", "--pedantic", *paths).returncode


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_each_file_is_of_its_schema_and_would_not_be_with_a_key_of_another_name(path, tmp_path):
    kind = SCHEMAS[path]
    assert schema(path, kind) == 0

    wrong = tmp_path / path.name
    old, new = ("artifacts:", "artefacts:") if path is GITLAB else ("runs-on:", "runs:")
    text = path.read_text()
    wrong.write_text(text.replace(old, new) if old in text else text.replace("using: composite", "using: magic"))
    assert schema(wrong, kind) != 0


def test_nothing_in_them_gives_an_attacker_a_way_in_and_a_looser_one_would_be_noticed(tmp_path):
    assert zizmor(ACTION, COMMENT, WORKFLOW) == 0

    looser = {
        "permissions: {}": "permissions: write-all",
        "          persist-credentials: false\n": "",
        "@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v5.0.0": "@v5",
    }
    for old, new in looser.items():
        (tmp_path / "workflow.yml").write_text(WORKFLOW.read_text().replace(old, new))
        assert zizmor(tmp_path / "workflow.yml") != 0, new
    (tmp_path / "action.yml").write_text(ACTION.read_text().replace('"${words[@]}"', "${{ inputs.arguments }}"))
    assert zizmor(tmp_path / "action.yml") != 0


# The steps ------------------------------------------------------------------------------------------------------------

FAKE = """#!/bin/sh
printf '%s\\n' "$@" >asked.txt
run={run}
echo "Plan:"
[ -z "$run" ] || {{ mkdir -p "$run/baseline"; echo '## the answer' >"$run/summary.md"; touch "$run/report.html"; }}
echo "the last words"
[ -z "$run" ] || echo "Evidence: $run"
exit {code}
"""


class Runner:
    """A runner of GitHub's: runs an action's own steps, with what the others would have put out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outputs = {"runner.os": "Linux", "runner.arch": "X64"}
        self.root = folder / "_actions" / "preflight"
        shutil.copytree(ROOT / "ci" / "github", self.root / "ci" / "github")
        for name in ("uv.lock", "pyproject.toml"):
            shutil.copy(ROOT / name, self.root)
        (folder / "workspace").mkdir()

    def preflight(self, text: str) -> None:
        """What stands in the place of ci/preflight."""
        path = self.root / "ci" / "preflight"
        path.write_text(text)
        path.chmod(0o755)

    def run(self, action: Path, **inputs: str) -> int:
        """Run the steps of an action that are of its own, as the runner would; the exit code of the last one."""
        self.outputs |= {f"inputs.{name}": value for name, value in inputs.items()}
        code = 0
        for step in YAML(typ="safe").load(action.read_text())["runs"]["steps"]:
            if "run" in step and not code:
                code = self._step(step)
        return code

    def read(self, name: str) -> str:
        """A file of the runner's."""
        return (self.folder / name).read_text()

    def _step(self, step) -> int:
        files = {name: str(self.folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        surroundings = {"PATH": os.environ["PATH"], "RUNNER_TEMP": str(self.folder), **files}
        surroundings |= {key: os.environ[key] for key in ("HOME", "UV_INDEX_URL", "SSL_CERT_FILE") if key in os.environ}
        surroundings["GITHUB_ACTION_PATH"] = str(self.root / "ci" / "github")
        given = {name: self._filled(value) for name, value in step.get("env", {}).items()}
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
        done = subprocess.run(command, env=surroundings | given, cwd=self.folder / "workspace", check=False)
        output = Path(files["GITHUB_OUTPUT"])
        lines = output.read_text().splitlines() if output.exists() else []
        self.outputs |= {
            f"steps.{step.get('id')}.outputs.{one.partition('=')[0]}": one.partition("=")[2] for one in lines
        }
        output.unlink(missing_ok=True)
        return done.returncode

    def _filled(self, value: str) -> str:
        for name, text in self.outputs.items():
            value = value.replace(f"${{{{ {name} }}}}", text)
        assert "${{" not in value, f"nobody puts out {value}"
        return value


@pytest.fixture
def runner(tmp_path):
    """A runner with nothing done yet."""
    return Runner(tmp_path)


@pytest.mark.parametrize("code", [0, 1, 3, 4])
def test_the_answer_is_the_outcome_with_the_report_as_artifact_and_the_summary_in_the_job(runner, code):
    runner.preflight(FAKE.format(run=runner.folder / "runs" / "1", code=code))

    assert runner.run(ACTION, arguments="--quick --candidate celery-5.6") == code
    assert runner.read("workspace/asked.txt").split() == ["gate", "--quick", "--candidate", "celery-5.6"]
    assert runner.read("GITHUB_STEP_SUMMARY") == "## the answer\n"
    report = Path(runner.outputs["steps.gate.outputs.report"])
    assert {"summary.md", "report.html", "said.txt", "baseline"} == {path.name for path in report.iterdir()}


@pytest.mark.parametrize("code", [0, 2])
def test_where_nothing_ran_the_last_words_are_the_summary(runner, code):
    runner.preflight(FAKE.format(run="", code=code))

    assert runner.run(ACTION, arguments="--changed-only") == code
    assert runner.read("GITHUB_STEP_SUMMARY") == "the last words\n"


@pytest.mark.parametrize("hostile", ["$(touch owned)", "`touch owned`", "; touch owned", "a'\"b *", "${{ x }}"])
def test_arguments_are_words_and_never_commands(runner, hostile):
    runner.preflight(FAKE.format(run="", code=0))
    runner.outputs["x"] = "filled in"
    runner.run(ACTION, arguments=hostile.replace("${{", "$ {{"))

    assert [path.name for path in (runner.folder / "workspace").iterdir()] == ["asked.txt"]
    assert runner.read("workspace/asked.txt").split()[1:] == hostile.replace("${{", "$ {{").split()


def test_the_environments_are_kept_under_a_name_that_changes_with_what_was_built(runner):
    runner.preflight(FAKE.format(run="", code=0))
    runner.run(ACTION, arguments="--quick")
    before = {name: value for name, value in runner.outputs.items() if name.endswith(("built", "prefix"))}
    (runner.root / ".preflight" / "environments" / "abc-3.11").mkdir(parents=True)
    runner.run(ACTION, arguments="--quick")

    assert runner.outputs["steps.key.outputs.prefix"] == before["steps.key.outputs.prefix"]
    assert runner.outputs["steps.gate.outputs.built"] != before["steps.gate.outputs.built"]


def test_a_real_change_that_moves_no_pin_is_over_at_once(runner):
    runner.preflight(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/ci/__main__.py" "$@"\n')
    pins = "celery[redis]==5.6.3\ndjango-celery-beat==2.8.1\nredis==5.2.1\nkombu==5.6.2\n"
    for name, more in (("old.txt", "flask==3.0.0\n"), ("new.txt", "flask==3.1.0\n")):
        (runner.folder / "workspace" / name).write_text(pins + more)
    files = "--baseline-requirements old.txt --candidate-requirements new.txt"

    assert runner.run(ACTION, arguments=f"{files} --changed-only") == 0
    assert runner.read("GITHUB_STEP_SUMMARY").startswith("SAFE: nothing to ask: the ")


def test_the_workflow_asks_what_the_gate_understands(preflight, monkeypatch):
    asked = []
    monkeypatch.setattr("ci.gate_door.ask", lambda question, *_, **__: asked.append(question) or 0)
    monkeypatch.setattr("ci.gate_door.changed", lambda question, *_, **__: question)
    monkeypatch.setattr("ci.options.PinOptions.pins", lambda _: {})
    jobs = YAML(typ="safe").load(WORKFLOW.read_text())["jobs"]
    lines = [one["arguments"] for one in jobs["gate"]["strategy"]["matrix"]["include"]]
    lines += [one["ARGUMENTS"] for one in YAML(typ="safe").load(GITLAB.read_text())["preflight"]["parallel"]["matrix"]]

    assert [preflight("gate", *line.split())[0] for line in lines] == [0] * len(lines)
    assert len(asked) == len(lines) == 6
