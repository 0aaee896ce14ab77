"""One comment with all answers, updated in place, against a server that speaks GitHub's language."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from ci.tests.helpers import ROOT

COMMENT = ROOT / "ci" / "github" / "comment" / "comment.py"
MARKER = "<!-- preflight: this comment is updated in place -->"
COMMIT = "1a2b3c4d5e6f70819293a4b5c6d7e8f901234567"
ABOUT = "About commit 1a2b3c4. A later one is asked about only while the pull request changes pins."
HEAD = f"{MARKER}\n\n{ABOUT}"
OURS, THEIRS = "github-actions[bot]", "somebody"


class GitHub:
    """The comments of pull request 7, and what was done to them."""

    def __init__(self) -> None:
        self.comments: list[dict] = []
        self.done: list[str] = []
        self.refuses = False

    def answer(self, method: str, path: str, data: dict) -> tuple[int, object]:
        """What GitHub would do and say."""
        self.done.append(f"{method} {path}")
        if self.refuses:
            return 403, {"message": "Resource not accessible by integration"}
        if method == "GET":
            page = int(path.rpartition("=")[2])
            return 200, self.comments[(page - 1) * 100 : page * 100]
        if method == "PATCH":
            [mine] = [one for one in self.comments if str(one["id"]) == path.rpartition("/")[2]]
            return 200, mine.update(data) or mine
        self.add(OURS, data["body"])
        return 201, self.comments[-1]

    def add(self, login: str, body: str) -> None:
        """A comment of somebody's."""
        self.comments.append({"id": 100 + len(self.comments), "user": {"login": login}, "body": body})


@pytest.fixture
def github():
    """GitHub, with its address in `url`."""
    github = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            assert self.headers["Authorization"] == "Bearer token"
            code, said = github.answer(self.command, self.path, json.loads(data or "null"))
            body = json.dumps(said).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = _serve  # noqa: N815 - the base class's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    github.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield github
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def comment(github, tmp_path):
    """Writes the comment on these summaries, by the artifact's name."""

    def comment(*, expected: str = "", name: str = "preflight", commit: str = COMMIT, **summaries: str):
        for artifact, text in summaries.items():
            (tmp_path / "reports" / artifact).mkdir(parents=True, exist_ok=True)
            (tmp_path / "reports" / artifact / "summary.md").write_text(text)
        environment = {"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": "team/app", "GITHUB_TOKEN": "token"}
        command = [sys.executable, "-I", str(COMMENT), "7", str(tmp_path / "reports"), expected, name, commit]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    return comment


def test_the_first_answer_is_a_new_comment_with_all_summaries_behind_a_marker(github, comment):
    github.add(THEIRS, "looks good")
    assert comment(b="## second", a="## first").returncode == 0

    assert github.comments[-1]["body"] == f"{HEAD}\n\n## first\n\n## second"
    assert github.done[-1] == "POST /repos/team/app/issues/7/comments"


def test_the_next_answer_is_written_over_our_own_comment_and_no_other(github, comment):
    github.add(THEIRS, f"{MARKER} copied by somebody")
    github.add(OURS, "of another workflow")
    for number in range(150):
        github.add(THEIRS, f"{number}")
    comment(a="old")
    comment(a="new")

    assert [one["body"] for one in github.comments if "new" in one["body"]] == [f"{HEAD}\n\nnew"]
    assert len(github.comments) == 153
    assert github.comments[0]["body"] == f"{MARKER} copied by somebody"


def test_two_workflows_write_two_comments_and_each_updates_its_own(github, comment):
    for text in ("old", "new"):
        comment(a=text)
        comment(name="preflight of the api", a=f"{text} too")

    assert [one["body"].rpartition("\n")[2] for one in github.comments] == ["new", "new too"]


def test_the_comment_says_which_commit_it_is_about(github, comment):
    comment(a="SAFE")
    comment(a="SAFE", commit="89abcdef" * 5)

    assert ["About commit 89abcde. " in one["body"] for one in github.comments] == [True]


def test_a_question_whose_report_is_missing_is_named_as_without_an_answer(github, comment):
    comment(expected="b\nthe newest one\n\n", b="SAFE", a="SAFE as well")
    [text] = [one["body"] for one in github.comments]

    assert text.startswith(f"{HEAD}\n\n## ⚠️ No answer: the newest one\n\n")
    assert text.endswith("\n\nSAFE as well\n\nSAFE")
    assert text.count("No answer") == 1


def test_that_nothing_was_answered_at_all_is_written_over_the_last_answer(github, comment):
    github.add(OURS, f"{MARKER}\n\nSAFE")
    comment(expected="a\nb")

    assert [one["body"].count("No answer: ") for one in github.comments] == [2]
    assert "SAFE" not in github.comments[0]["body"]


def test_what_has_no_answer_is_never_cut_off(github, comment):
    comment(expected="a\nb", a="x" * 70_000)

    assert "No answer: b" in github.comments[0]["body"]


def test_a_comment_is_never_larger_than_github_takes(github, comment):
    comment(a="x" * 70_000)

    assert len(github.comments[0]["body"]) < 65_536
    assert github.comments[0]["body"].endswith("the rest is in the artifacts.")


def test_what_github_refuses_and_a_folder_without_reports_are_one_line(github, comment):
    nothing = comment()
    github.refuses = True
    refused = comment(a="x")

    assert (nothing.returncode, refused.returncode) == (1, 1)
    assert "has a summary.md" in nothing.stderr
    assert "could not be written: HTTP Error 403" in refused.stderr
    assert [done.stderr.count("\n") for done in (nothing, refused)] == [1, 1]
