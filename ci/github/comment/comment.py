"""One comment below a pull request with the summaries of all questions; the next time it is updated.

Standard library only: it runs on whatever Python the runner has. GITHUB_API_URL, GITHUB_REPOSITORY and
GITHUB_SERVER_URL are the runner's own; GITHUB_TOKEN needs "pull-requests: write".
"""

import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

MARKER = "<!-- {name}: this comment is updated in place -->"
# A push that takes the change of the pins out again starts nothing, and leaves the comment as it is.
ABOUT = "About commit {commit:.7}. A later one is asked about only while the pull request changes pins."
AUTHOR = "github-actions[bot]"  # whose comment it is: a marker that somebody else wrote is no reason to write over it
NO_ANSWER = "## ⚠️ No answer: {name}\n\nThere is no report of it: its job did not get that far. Its log says why."
PAGE = 100
LARGEST = 65_000  # letters; GitHub refuses a comment of more than 65,536
SECONDS = 30


def main() -> None:
    """Write the comment. Exits with 1 and one line when GitHub refuses it (a fork's token may not comment)."""
    number, reports, expected, name, commit = sys.argv[1:]
    marker, about = MARKER.format(name=name), ABOUT.format(commit=commit)
    text = body([marker, about], Path(reports), list(filter(None, map(str.strip, expected.splitlines()))))
    try:
        publish(f"/repos/{os.environ['GITHUB_REPOSITORY']}/issues", number, marker, text)
    except (OSError, ValueError) as error:
        sys.exit(f"preflight: the comment could not be written: {error}")


def body(head: Sequence[str], reports: Path, expected: Sequence[str]) -> str:
    """The comment: its head, then what is `expected` and has no report, then each summary, by the reports' names.

    A job that timed out has no report, and an answer that is missing must not look like one that was never asked for.
    Those come first: the end of a long comment is cut off.
    """
    summaries = {path.parent.name: path.read_text() for path in sorted(reports.glob("*/summary.md"))}
    missing = [NO_ANSWER.format(name=name) for name in expected if name not in summaries]
    if not (missing or summaries):
        sys.exit(f"preflight: no report in {reports} has a summary.md, and none is expected")
    text = "\n\n".join([*head, *missing, *summaries.values()])
    return text if len(text) <= LARGEST else f"{text[:LARGEST]}\n\n… cut off: the rest is in the artifacts."


def publish(issues: str, number: str, marker: str, text: str) -> None:
    """Update our own earlier comment on that pull request, known by its marker, or write the first one."""
    comments = _comments(f"{issues}/{number}/comments")
    mine = next((one["id"] for one in comments if _is_mine(one, marker)), None)
    if mine:
        _ask("PATCH", f"{issues}/comments/{mine}", {"body": text})
    else:
        _ask("POST", f"{issues}/{number}/comments", {"body": text})


def _is_mine(comment: dict[str, Any], marker: str) -> bool:
    return bool(comment["user"]["login"] == AUTHOR and comment["body"].startswith(marker))


def _comments(path: str) -> Iterator[dict[str, Any]]:
    page = 1
    while comments := _ask("GET", f"{path}?per_page={PAGE}&page={page}"):
        yield from comments
        page += 1


def _ask(method: str, path: str, data: object = None) -> Any:
    headers = {
        "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
        "Accept": "application/vnd.github+json",
        "Content-Type": "application/json",
    }
    url = f"{os.environ.get('GITHUB_API_URL', 'https://api.github.com')}{path}"
    sent = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(url, sent, headers, method=method)  # noqa: S310 - the runner's own address
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 - as above
        return json.loads(answer.read())


if __name__ == "__main__":
    main()
