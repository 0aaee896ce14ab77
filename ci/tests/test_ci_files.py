"""The files for other projects' CI: accepted by their linters, and at one with the gate and with one another."""

import json
import subprocess
import sys
from fnmatch import fnmatch
from itertools import takewhile
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ci.pins.usual import USUAL
from ci.tests.ci_jobs import ACTION, COMMENT, GITLAB, WORKFLOW, executable

SCHEMAS = {
    ACTION: "vendor.github-actions",
    COMMENT: "vendor.github-actions",
    WORKFLOW: "vendor.github-workflows",
    GITLAB: "vendor.gitlab-ci",
}
PROGRAMS = Path(sys.executable).parent
COPIED = [WORKFLOW, GITLAB]


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


def read(path: Path):
    """What one of the files says."""
    return YAML(typ="safe").load(path.read_text())


def given_to_the_comment(runner) -> list[str]:
    """What comment.py is called with where its action is used as in the workflow."""
    script = "import json, sys; json.dump(sys.argv[1:], open('given.json', 'w'))"
    executable(runner.root / "ci/github/comment/comment.py", script)
    event = {"github.event.pull_request.number": "7", "github.event.pull_request.head.sha": "1a2b3c4d"}
    runner.outputs |= {"github.token": "token", **event}
    runner.run(COMMENT, **read(WORKFLOW)["jobs"]["comment"]["steps"][-1]["with"])
    return json.loads(runner.read("workspace/given.json"))


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
    jobs = read(WORKFLOW)["jobs"]
    artifact = jobs["gate"]["steps"][-1]["with"]["name"]
    asked = [
        artifact.replace("${{ matrix.name }}", one["name"]) for one in jobs["gate"]["strategy"]["matrix"]["include"]
    ]

    assert given_to_the_comment(runner)[2].splitlines() == asked


def test_the_comment_knows_its_workflow_and_the_commit_that_it_is_about(runner):
    assert given_to_the_comment(runner)[3:] == ["${{ github.workflow }}", "1a2b3c4d"]
    assert read(COMMENT)["inputs"]["name"]["default"] == "preflight"


def test_the_comment_is_written_however_the_gate_ended_and_only_where_its_token_may():
    ours = "github.event.pull_request.head.repo.full_name == github.repository"

    assert read(WORKFLOW)["jobs"]["comment"]["if"] == f"${{{{ always() && {ours} }}}}"


def test_two_workflows_of_one_repository_do_not_cancel_one_another():
    assert read(WORKFLOW)["concurrency"]["group"] == "${{ github.workflow }}-${{ github.ref }}"


def test_the_cache_that_pull_requests_start_from_is_warmed_by_each_change_of_pins_on_main():
    push, pull_request = (read(WORKFLOW)["on"][event] for event in ("push", "pull_request"))

    assert push == {"branches": ["main"], "paths": pull_request["paths"]}


def test_both_files_ask_about_a_change_of_every_file_of_pins():
    [rule] = read(GITLAB)["preflight"]["rules"]
    patterns = read(WORKFLOW)["on"]["pull_request"]["paths"]

    assert [one.replace("/**/*", "/**") for one in rule["changes"]] == patterns
    for name in (*USUAL, "requirements-prod.txt", "constraints.txt", "constraints-prod.txt", "pylock.prod.toml"):
        assert any(fnmatch(name, pattern) for pattern in patterns), name


@pytest.mark.parametrize("path", COPIED, ids=lambda path: path.name)
def test_the_header_names_all_that_a_team_has_to_replace(path):
    lines = path.read_text().splitlines()
    header = list(takewhile(lambda line: line.startswith("#"), lines))
    rest = "\n".join(lines[len(header) :])
    stands_for = {"OWNER": "OWNER/", "the zeros": "0" * 40, "requirements.txt": " requirements.txt", "main": "[main]"}

    needed = [name for name, text in stands_for.items() if text in rest]
    assert [name for name in stands_for if any(line.startswith(f"#   {name} ") for line in header)] == needed


def test_the_workflow_asks_what_the_gate_understands(preflight, monkeypatch):
    asked = []
    monkeypatch.setattr("ci.gate_door.ask", lambda question, *_, **__: asked.append(question) or 0)
    monkeypatch.setattr("ci.gate_door.changed", lambda question, *_, **__: question)
    monkeypatch.setattr("ci.options.PinOptions.pins", lambda _: {})
    jobs = read(WORKFLOW)["jobs"]
    lines = [one["arguments"] for one in jobs["gate"]["strategy"]["matrix"]["include"]]
    lines += [one["ARGUMENTS"] for one in read(GITLAB)["preflight"]["parallel"]["matrix"]]

    assert [preflight("gate", *line.split())[0] for line in lines] == [0] * len(lines)
    assert len(asked) == len(lines) == 6
