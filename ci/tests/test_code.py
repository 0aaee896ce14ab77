"""The digest of all that an answer comes from."""

import pytest

from ci import code

PATHS = (
    "scenarios/tasks/test_mail.py",
    "harness/clock.py",
    "reference_app/app.py",
    "load/users.py",
    "ci/gate.py",
    "ci/bisect/search.py",
    "ci/rules.toml",
    "ci/thresholds.toml",
    "conftest.py",
    "uv.lock",
)


@pytest.fixture
def root(tmp_path):
    """A checkout with one file of each kind, wherever it is."""
    root = tmp_path / "tests" / "checkout"
    for name in PATHS:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("x")
    return root


@pytest.mark.parametrize("path", PATHS)
def test_another_line_changes_the_digest(root, path):
    first = code.digest(root)
    (root / path).write_text("y")

    assert code.digest(root) != first


@pytest.mark.parametrize("path", ["ci/tests/test_gate.py", "ci/__pycache__/gate.py", "ci/record.json", "README.md"])
def test_what_no_answer_comes_from_does_not(root, path):
    first = code.digest(root)
    (root / path).parent.mkdir(exist_ok=True)
    (root / path).write_text("y")

    assert code.digest(root) == first


def test_a_file_that_moves_changes_the_digest(root):
    first = code.digest(root)
    (root / "ci" / "gate.py").rename(root / "ci" / "gates.py")

    assert code.digest(root) != first
