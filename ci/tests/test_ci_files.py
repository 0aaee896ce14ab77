"""The files for other projects' CI: accepted by their linters, and at one with the gate and with one another."""

import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ci.tests.ci_jobs import ACTION, COMMENT, GITLAB, WORKFLOW, executable

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


def test_the_comment_expects_each_answer_that_the_matrix_asks_for(runner):
    executable(runner.root / "ci/github/comment/comment.py", "import sys; open('expected.txt', 'w').write(sys.argv[3])")
    jobs = YAML(typ="safe").load(WORKFLOW.read_text())["jobs"]
    artifact = jobs["gate"]["steps"][-1]["with"]["name"]
    asked = [
        artifact.replace("${{ matrix.name }}", one["name"]) for one in jobs["gate"]["strategy"]["matrix"]["include"]
    ]
    runner.outputs |= {"github.token": "token", "github.event.pull_request.number": "7"}
    runner.run(COMMENT, **jobs["comment"]["steps"][-1]["with"])

    assert runner.read("workspace/expected.txt").splitlines() == asked


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
