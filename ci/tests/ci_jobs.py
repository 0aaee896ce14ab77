"""Jobs of GitHub's and GitLab's, run as their files are written, with a made-up gate in the place of the real one."""

import os
import re
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from ruamel.yaml import YAML

from ci.tests.helpers import ROOT

ACTION, COMMENT = ROOT / "ci/github/action.yml", ROOT / "ci/github/comment/action.yml"
WORKFLOW, GITLAB = ROOT / "ci/github/workflow.yml", ROOT / "ci/gitlab/preflight.gitlab-ci.yml"

SEVERAL_LINES = "--quick\n  --candidate celery-5.6\n\n--area tasks\n"
INSTALL = "apt-get install --yes --no-install-recommends faketime"

FAKE = """#!/bin/sh
printf '%s\\n' "$@" >asked.txt
run="$(dirname "$0")/../runs/{run}"
echo "Plan:"
[ -z "{run}" ] || {{ mkdir -p "$run/baseline"; echo '## the answer' >"$run/summary.md"; touch "$run/report.html"; }}
{then}
echo "{said}"
[ -z "{run}" ] || echo "Evidence: $run"
exit {code}
"""
SAID = {
    0: "SAFE: as it was",
    1: "BLOCKED: it is not",
    2: "preflight: what?",
    3: "INCONCLUSIVE: who knows",
    4: "UNRESOLVABLE: no",
}


def fake(code: int, run: str = "1", then: str = "") -> str:
    """A gate that ends with that answer and leaves a run of that name; `then` is done before it says so."""
    return FAKE.format(code=code, run=run, then=then, said=SAID[code])


class Runner:
    """A runner of GitHub's: takes an action's own steps, with what those of others would have put out.

    `used` is what others' actions were given, `path` where programs are looked for: first in `programs`.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.outputs = {"runner.os": "Linux", "runner.arch": "X64"}
        self.used: dict[str, dict[str, str]] = {}
        self.action = Path()
        self.programs = folder / "programs"
        self.path = f"{self.programs}:{os.environ['PATH']}"
        self.root = folder / "_actions" / "preflight"
        shutil.copytree(ROOT / "ci" / "github", self.root / "ci" / "github")
        for name in ("uv.lock", "pyproject.toml"):
            shutil.copy(ROOT / name, self.root)
        (folder / "workspace").mkdir()
        self.program("faketime", "")

    def preflight(self, text: str) -> None:
        """What stands in the place of ci/preflight."""
        executable(self.root / "ci" / "preflight", text)

    def program(self, name: str, text: str) -> None:
        """What stands in the place of a program of the machine."""
        executable(self.programs / name, f"#!/bin/sh\n{text}\n")

    def without(self, *names: str) -> None:
        """Leave programs out of the machine."""
        (self.programs / "faketime").unlink()
        for folder in os.environ["PATH"].split(":"):
            for program in Path(folder).glob("*"):
                with suppress(FileExistsError):  # one of that name is found before it
                    (self.programs / program.name).symlink_to(program)
        for name in names:
            (self.programs / name).unlink(missing_ok=True)
        self.path = str(self.programs)

    def run(self, action: Path, **inputs: str) -> int:
        """Take the steps of an action, as the runner would; the exit code of the last one that failed, or 0."""
        read = YAML(typ="safe").load(action.read_text())
        self.action = action.relative_to(ROOT).parent
        given = {name: one.get("default", "") for name, one in read["inputs"].items()} | inputs
        self.outputs |= {f"inputs.{name}": value for name, value in given.items()}
        code = 0
        for step in read["runs"]["steps"]:
            if self._is_taken(step, failed=bool(code)):
                code = (self._step(step) if "run" in step else self._use(step)) or code
        return code

    def read(self, name: str) -> str:
        """A file of the runner's."""
        return (self.folder / name).read_text()

    def report(self) -> Path:
        """The folder that became the artifact."""
        return Path(self.used["actions/upload-artifact"]["path"])

    def _is_taken(self, step, *, failed: bool) -> bool:
        if "if" not in step:
            return not failed
        [output] = re.fullmatch(r"\$\{\{ always\(\) && (\S+) \}\}", step["if"]).groups()
        return bool(self.outputs.get(output))

    def _use(self, step) -> int:
        given = {name: self._filled(value) for name, value in step.get("with", {}).items()}
        self.used[step["uses"].partition("@")[0]] = given
        return 0

    def _step(self, step) -> int:
        files = {name: str(self.folder / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        surroundings = {"PATH": self.path, "RUNNER_TEMP": str(self.folder), **files}
        surroundings |= {key: os.environ[key] for key in ("HOME", "UV_INDEX_URL", "SSL_CERT_FILE") if key in os.environ}
        surroundings["GITHUB_ACTION_PATH"] = str(self.root / self.action)
        given = {name: self._filled(value) for name, value in step.get("env", {}).items()}
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
        place = self.folder / "workspace"
        done = subprocess.run(command, env=surroundings | given, cwd=place, start_new_session=True, check=False)
        output = Path(files["GITHUB_OUTPUT"])
        lines = output.read_text().splitlines() if output.exists() else []
        self.outputs |= {
            f"steps.{step.get('id')}.outputs.{one.partition('=')[0]}": one.partition("=")[2] for one in lines
        }
        output.unlink(missing_ok=True)
        return done.returncode

    def _filled(self, value: str) -> str:
        return re.sub(r"\$\{\{ (\S+) \}\}", lambda found: self._output(found.group(1)), value)

    def _output(self, name: str) -> str:
        """What was put out; nothing by a step that ended before it did."""
        puts_out = f"{name.rpartition('.')[2]}="
        assert name in self.outputs or puts_out in ACTION.read_text(), f"nobody puts out {name}"
        return self.outputs.get(name, "")


def executable(path: Path, text: str) -> None:
    """Write a program. One of the machine's that a link stands for stays what it is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_text(text)
    path.chmod(0o755)


class Job:
    """A job of GitLab's: fetches preflight from where `preflight` has left it, and runs the script as it is written."""

    def __init__(self, runner: Runner, uv: str = "") -> None:
        """`uv` is what the machine's uv does, beside saying which it is."""
        self.runner = runner
        runner.program("uv", f'[ "$1" != --version ] || {{ echo uv 0.13.0; exit 0; }}\n{uv}')
        self.read = YAML(typ="safe").load(GITLAB.read_text())["preflight"]

    def run(self, arguments: str, **more: str) -> int:
        """Its exit code; `more` are variables that GitLab sets as well."""
        repository = self.runner.folder / "repository"
        executable(repository / "ci" / "preflight", (self.runner.root / "ci" / "preflight").read_text())
        shutil.copy(ROOT / "ci" / "get_uv.py", repository / "ci")
        author = ["-c", "user.name=a", "-c", "user.email=a@b"]
        for words in (["init", "--quiet"], ["add", "."], [*author, "commit", "--quiet", "-m", "preflight"]):
            command = ["git", *words]
            subprocess.run(command, cwd=repository, check=True)
        variables = {"PREFLIGHT_URL": str(repository), "PREFLIGHT_COMMIT": "HEAD", "ARGUMENTS": arguments}
        variables |= {"PATH": self.runner.path, "RUNNER_TEMP": str(self.runner.folder)} | more
        lines = ["set -eo pipefail", *self.read["before_script"], *self.read["script"]]
        command, place = ["bash", "-c", "\n".join(lines)], self.runner.folder / "workspace"
        return subprocess.run(command, env=variables, cwd=place, check=False).returncode
