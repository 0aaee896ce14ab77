"""Where pins are read from: a disk, or commits that are not checked out."""

import os
import subprocess
from pathlib import Path

import pytest

from ci.pins.source import from_disk, from_git
from harness.errors import UsageError


def pinned(listing) -> list[str]:
    """The requirements of a listing, as text."""
    return [str(one) for one in listing.requirements]


def test_a_file_is_called_after_itself_and_its_folder(tmp_path, monkeypatch):
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "requirements.txt").write_text("celery==5.3.6")
    monkeypatch.chdir(tmp_path)

    assert from_disk("old/requirements.txt").name == "old/requirements.txt"
    assert from_disk(str(tmp_path / "old" / "requirements.txt")).name == "old/requirements.txt"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_file_is_decoded_as_pip_does(tmp_path, encoding):
    (tmp_path / "frozen.txt").write_text("celery==5.3.6\r\nredis==5.0.1\r\n", encoding=encoding)

    assert pinned(from_disk(str(tmp_path / "frozen.txt"))) == ["celery==5.3.6", "redis==5.0.1"]


def test_includes_are_read_beside_the_file_wherever_we_are(tmp_path):
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "base.txt").write_text("celery==5.3.6")
    (tmp_path / "requirements" / "prod.txt").write_text("-r base.txt")

    assert pinned(from_disk(str(tmp_path / "requirements" / "prod.txt"))) == ["celery==5.3.6"]


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "requirements.txt")

    with pytest.raises(UsageError, match="is not a file"):
        from_disk(str(tmp_path / "requirements.txt"))


@pytest.mark.parametrize("name", ["pyproject.toml", "Pipfile", "setup.py"])
def test_what_only_says_what_is_allowed_is_refused_with_what_to_give_instead(tmp_path, name):
    (tmp_path / name).write_text("")

    with pytest.raises(UsageError, match="give the lock made of it, or pip freeze"):
        from_disk(str(tmp_path / name))


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository with two commits: celery moves from 5.3.6 to 5.6.3 in a file with an include."""
    for key, value in (("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1")):
        monkeypatch.setenv(key, value)
    root = tmp_path / "repository"
    (root / "app" / "requirements").mkdir(parents=True)
    (root / "app" / "requirements.txt").write_text("-r requirements/base.txt\nredis==5.0.1\n")
    git(root, "init", "--quiet", "--initial-branch", "main")
    for version in ("5.3.6", "5.6.3"):
        (root / "app" / "requirements" / "base.txt").write_text(f"celery=={version}\n")
        git(root, "add", ".")
        git(root, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "-m", version)
        git(root, "tag", f"v{version}")
    (root / "app" / "requirements" / "base.txt").write_text("not what is committed\n")
    return root


def git(root: Path, *arguments: str) -> str:
    """Run git there."""
    command = ["git", "-C", str(root), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_two_commits_give_both_files_with_what_they_include_and_nothing_is_checked_out(repository):
    before = git(repository, "status", "--porcelain")
    found = from_git(str(repository / "app"), "HEAD~1..HEAD", None)

    assert {arm: pinned(one) for arm, one in found.items()} == {
        "baseline": ["celery==5.3.6", "redis==5.0.1"],
        "candidate": ["celery==5.6.3", "redis==5.0.1"],
    }
    heads = git(repository, "rev-parse", "HEAD~1", "HEAD").split()
    assert [one.name for one in found.values()] == [f"app/requirements.txt@{head[:8]}" for head in heads]
    assert git(repository, "status", "--porcelain") == before


def test_commits_are_named_as_git_names_them(repository):
    assert pinned(from_git(str(repository), "v5.3.6..main", "app/requirements.txt")["candidate"])[0] == "celery==5.6.3"


@pytest.mark.parametrize(
    ("range_", "path", "says"),
    [
        ("HEAD", None, "name two commits"),
        ("..HEAD", None, "name two commits"),
        ("nope..HEAD", None, "'nope' is no commit"),
        ("HEAD~1..--help", None, "'--help' is no commit"),
        ("HEAD~1..$(id)", None, "is no commit"),
        ("HEAD~1..HEAD\0", None, "is no commit"),
        ("HEAD~1..HEAD", None, "is in both commits"),
        ("HEAD~1..HEAD", "nope.txt", "no such file in commit"),
        ("HEAD~1..HEAD", "app", "no such file in commit"),
        ("HEAD~1..HEAD", "../../etc/passwd", "no such file in commit"),
    ],
)
def test_what_is_not_there_is_one_line(repository, range_, path, says):
    with pytest.raises(UsageError, match=says.replace("(", r"\(")) as caught:
        from_git(str(repository), range_, path)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_no_repository_is_said_to_be_none(tmp_path, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    with pytest.raises(UsageError, match="not a git repository"):
        from_git(str(tmp_path), "HEAD~1..HEAD", None)


# Found by its name ----------------------------------------------------------------------------------------------------

OLD, NEW = "celery==5.3.6\n", "celery==5.6.3\n"


@pytest.fixture
def found(tmp_path, monkeypatch):
    """Commits one set of files and then another (None: not there), and says which file is taken for the pins."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git(tmp_path, "init", "--quiet")

    def found(files: dict[str, tuple[str | None, str | None]], folder: str = "", path: str | None = None) -> str:
        for texts in zip(*files.values(), strict=True):
            for name, text in zip(files, texts, strict=True):
                write(tmp_path / name, text)
            git(tmp_path, "add", "--all")
            git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "--quiet", "--allow-empty", "-m", "x")
        return from_git(str(tmp_path / folder), "HEAD~1..HEAD", path)["candidate"].name.partition("@")[0]

    return found


def write(path: Path, text: str | None) -> None:
    """Leave that text there, or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if text is not None:
        path.write_text(text)


def test_the_usual_file_that_changed_is_taken_and_not_one_before_it_that_did_not(found):
    assert found({"uv.lock": ("same", "same"), "requirements.txt": (OLD, NEW)}) == "requirements.txt"


def test_where_no_usual_file_changed_the_first_is_taken(found):
    files = {"requirements.txt": (OLD, OLD), "requirements/prod.txt": (OLD, OLD), "README": ("a", "b")}

    assert found(files) == "requirements.txt"


@pytest.mark.parametrize("including", ["-r base.txt", "flask\n-c base.txt\n", "-r more.txt\n"])
def test_a_usual_file_that_another_one_includes_changed_as_a_part_of_it(found, including):
    files = {"requirements/base.txt": (OLD, NEW), "requirements/more.txt": ("-r base.txt",) * 2}

    assert found(files | {"requirements/prod.txt": (including, including)}) == "requirements/prod.txt"


def test_a_part_that_came_or_went_is_no_file_of_its_own(found):
    files = {"requirements.txt": (OLD, "-r requirements/base.txt"), "requirements/base.txt": (None, NEW)}

    assert found(files) == "requirements.txt"


@pytest.mark.parametrize(
    ("files", "named"),
    [
        ({"uv.lock": ("a", "b"), "requirements.txt": (OLD, NEW)}, "uv.lock and requirements.txt"),
        ({"requirements/prod.txt": (OLD, NEW), "requirements/base.txt": (OLD, NEW)}, "prod.txt and requirements/base"),
        ({"uv.lock": (None, "new"), "requirements.txt": (OLD, OLD)}, "uv.lock"),
        ({"poetry.lock": ("old", None), "requirements.txt": (OLD, OLD)}, "poetry.lock"),
        ({"requirements.txt": (OLD, None), "uv.lock": (None, "new")}, "uv.lock and requirements.txt"),
        (
            {
                "requirements.txt": ("-r requirements/base.txt", "#"),
                "requirements/base.txt": ("#", "-r ../requirements.txt"),
            },
            "and",
        ),
    ],
)
def test_which_file_is_meant_is_asked_for_where_the_change_does_not_say(found, files, named):
    with pytest.raises(UsageError, match=f"{named}.* changed.*--requirements PATH") as caught:
        found(files)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("usual", [(OLD, OLD), (OLD, OLD + "flask==3.0.0")], ids=["unchanged", "in something else"])
def test_a_changed_file_of_another_name_may_be_the_one_that_is_meant(found, usual):
    with pytest.raises(UsageError, match=r"^requirements-worker.txt changed: say which file .* --requirements PATH"):
        found({"requirements.txt": usual, "requirements-worker.txt": (OLD, NEW)})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, "redis==6.4.0"),
        ("kombu==5.3.4", None),
        (OLD + "flask==2", OLD + "flask==3"),
        ("-r ../requirements.txt\nredis==5", "-r ../requirements.txt\nredis==6"),
        ("redis @ git+https://host/x@1", "redis @ git+https://host/x@2"),
        ("pytest", "no requirement"),
        (None, "vine==5.1.0"),
        (f"{OLD}vine==5.1.0", f"{OLD}vine==5.0.0"),
        ("psycopg==3.1.8", "psycopg==3.2.1"),
        ("amqp==5.1.1 ; python_version < '3.12'", "amqp==5.1.1 ; python_version >= '3.12'"),
        ("https://host/latest.zip", "https://host/newest.zip"),
    ],
)
def test_it_may_be_meant_when_it_came_or_went_and_when_nobody_knows_what_it_names(found, before, after):
    usual = "Celery==5.3.6\nflask==2\n"

    with pytest.raises(UsageError, match=r"^requirements/live.txt changed"):
        found({"requirements.txt": (usual, usual), "requirements/live.txt": (before, after)})


MARKED = "celery==5.3.6 ; python_version < '3.12'\ncelery==5.4.0 ; python_version >= '3.12'\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [("celery==5.3.6", "celery==5.4.0"), tuple(MARKED.splitlines())],
    ids=["without a marker", "with one"],
)
def test_it_may_be_meant_when_it_moves_from_one_release_of_the_usual_file_to_another(found, before, after):
    with pytest.raises(UsageError, match=r"^requirements-worker.txt changed"):
        found({"requirements.txt": (MARKED, MARKED), "requirements-worker.txt": (before, after)})


def test_it_may_be_meant_when_only_what_its_lock_left_out_moved(found):
    lock = 'lock-version = "1.0"\n[[packages]]\nname = "redis"\nversion = "{}"\nmarker = "\'prod\' in extras"\n'
    files = {"requirements.txt": (OLD, OLD), "worker/pylock.toml": (lock.format("5.0.1"), lock.format("6.4.0"))}

    with pytest.raises(UsageError, match=r"^worker/pylock.toml changed"):
        found(files)


@pytest.mark.parametrize(
    ("other", "before", "after"),
    [
        ("requirements-dev.txt", "pytest==8", "pytest==9"),
        ("requirements-dev.txt", "flask==2", "flask==3"),
        ("requirements-dev.txt", "-r requirements.txt\npytest==8", "-r requirements.txt\npytest==9"),
        ("requirements-dev.txt", "Celery[redis]==5.3.6\npytest==8", NEW + "pytest==9"),
        ("requirements-dev.txt", "-c requirements.txt\npytest==8", "-c requirements.txt\npytest==9"),
        ("requirements-dev.txt", "packaging==24.0\ncelery\npytest==8", "packaging==24.0\ncelery\npytest==9"),
        ("notes.txt", OLD, NEW),
    ],
)
def test_what_says_the_same_of_the_apps_packages_as_before_or_as_the_usual_one_is_not_meant(
    found, other, before, after
):
    usual = (OLD + "flask==2", NEW + "flask==2")

    assert found({"requirements.txt": usual, other: (before, after)}) == "requirements.txt"


def test_a_compiled_file_with_markers_and_development_tools_beside_is_not_meant(found):
    moved = MARKED.replace("5.4.0", "5.6.3")
    dev = (f"{MARKED}pytest==8", f"pytest==9\n{moved}")

    assert found({"requirements.txt": (MARKED, moved), "requirements-dev.txt": dev}) == "requirements.txt"


def test_a_file_of_another_name_counts_within_the_folder_that_is_asked_about_and_where_none_is_named(found):
    files = {"app/requirements.txt": (OLD, OLD), "other/requirements-live.txt": (OLD, NEW)}

    assert found(files, folder="app") == "app/requirements.txt"
    assert found(files | {"app/live-requirements.txt": (OLD, NEW)}, "app", "requirements.txt") == "app/requirements.txt"
