"""The options about a team's own pins, from the door to the question."""

import pytest

from ci import gate_door
from ci.checkout import CACHE, STACKS
from ci.pins.stacks import python_for
from harness.reaper import Reaper
from harness.stack import pythons
from harness.stack.store import Store


@pytest.fixture
def question(preflight, monkeypatch, tmp_path):
    """The question that the gate is asked with some arguments; nothing is run."""
    asked = []
    monkeypatch.setattr(gate_door, "ask", lambda question, *_, **__: asked.append(question) or 0)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "old.txt").write_text("celery==5.3.6\n")
    (tmp_path / "new.txt").write_text("celery==5.6.3\n")
    (tmp_path / "mine.toml").write_text("[celery]\ntask_acks_late = true\n")

    def question(*arguments: str):
        assert preflight("gate", *arguments) == (0, "", "")
        return asked[-1]

    return question


def pinned(question, arm: str) -> str:
    """The first requirement of an arm's own pins."""
    return str(question.pins[arm].listing.requirements[0])


def test_both_sides_may_be_files(question):
    found = question("--baseline-requirements", "old.txt", "--candidate-requirements", "new.txt")

    assert (found.baseline, found.candidate) == ("old.txt", "new.txt")
    assert (pinned(found, "baseline"), pinned(found, "candidate")) == ("celery==5.3.6", "celery==5.6.3")


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (("--baseline-requirements", "old.txt"), ("old.txt", "latest")),
        (("--candidate-requirements", "new.txt"), ("plan-2023", "new.txt")),
        (("--baseline", "celery-5.5", "--candidate-requirements", "new.txt"), ("celery-5.5", "new.txt")),
        ((), ("plan-2023", "latest")),
    ],
)
def test_the_other_side_may_be_a_named_stack(question, arguments, names):
    found = question(*arguments)

    assert (found.baseline, found.candidate) == names
    assert set(found.pins) == {arm for arm in ("baseline", "candidate") if getattr(found, arm).endswith(".txt")}


def test_a_day_is_about_the_baselines_file_alone(question):
    files = ("--baseline-requirements", "old.txt", "--candidate-requirements", "new.txt")
    found = question(*files, "--baseline-as-of", "2023-12-15")

    assert [str(found.pins[arm].as_of) for arm in ("baseline", "candidate")] == ["2023-12-15", "None"]


@pytest.mark.parametrize("arms", [("baseline", "candidate"), ("baseline",), ("candidate",)])
def test_a_python_is_that_of_every_file_of_pins(question, arms):
    newest = pythons.found()[0].minor
    files = [text for arm in arms for text in (f"--{arm}-requirements", "old.txt")]
    found = question(*files, "--python", newest)

    with Reaper() as reaper:
        store = Store(STACKS, CACHE, reaper)
        assert {arm: python_for(one.listing, store).minor for arm, one in found.pins.items()} == dict.fromkeys(
            arms, newest
        )


LOCK = 'lock-version = "1.0"\nrequires-python = ">=3.12.1"\n[[packages]]\nname = "celery"\nversion = "5.6.3"\n'
NO_PYTHON = {
    "no file": ("--python 3.13", "--python needs pins of yours"),
    "empty and no file": ("--python=", "--python needs pins of yours"),
    "no minor version": ("--python 3 --candidate-requirements new.txt", "write it like 3.13"),
    "a patch": ("--python 3.13.1 --candidate-requirements new.txt", "write it like 3.13"),
    "a range": ("--python >=3.13 --candidate-requirements new.txt", "'>=3.13' is no Python"),
    "empty": ("--python= --candidate-requirements new.txt", "'' is no Python"),
    "digits of another script": ("--python 3.١٣ --candidate-requirements new.txt", "write it like 3.13"),
    "excluded": (
        "--python 3.11 --candidate-requirements pylock.toml",
        "pylock.toml asks for Python >=3.12.1, so --python 3.11 cannot be",
    ),
    "not installed": (
        "--python 3.99 --candidate-requirements pylock.toml",
        "asks for Python ==3.99.*,>=3.12.1, and none is installed (found: 3.",
    ),
}


@pytest.mark.parametrize("kind", NO_PYTHON)
def test_a_python_that_cannot_be_is_a_usage_error(preflight, monkeypatch, tmp_path, kind):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "new.txt").write_text("celery==5.6.3\n")
    (tmp_path / "pylock.toml").write_text(LOCK)
    arguments, says = NO_PYTHON[kind]
    code, output, errors = preflight("gate", *arguments.split())

    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert says in errors


REDIS = '[[packages]]\nname = "redis"\nversion = "5.0.1"\nmarker = "\'prod\' in dependency_groups"\n'
GROUPED = f"{LOCK}{REDIS}"


@pytest.fixture
def locks(preflight, monkeypatch, tmp_path):
    """Asks the gate about two locks with these texts; what it answers."""
    monkeypatch.setattr(gate_door, "ask", lambda *_, **__: 0)
    monkeypatch.chdir(tmp_path)

    def locks(old: str, new: str, *more: str):
        (tmp_path / "pylock.old.toml").write_text(old)
        (tmp_path / "pylock.toml").write_text(new)
        files = ("--baseline-requirements", "pylock.old.toml", "--candidate-requirements", "pylock.toml")
        return preflight("gate", *files, *more)

    return locks


@pytest.mark.parametrize("more", [(), ("--changed-only",)])
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (GROUPED, GROUPED.replace("5.0.1", "6.4.0"), "redis 5.0.1 → 6.4.0"),
        (LOCK, GROUPED, "redis absent → 5.0.1"),
        (GROUPED, LOCK, "redis 5.0.1 → absent"),
    ],
    ids=["moved", "came", "went"],
)
def test_what_moved_in_a_group_alone_is_refused_because_both_stacks_would_be_the_same(locks, old, new, said, more):
    code, output, errors = locks(old, new, *more)

    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert f"pylock.toml: {said} moved in a group or an extra that is not installed by default: give what" in errors


def test_what_is_in_a_group_alone_is_no_trouble_where_it_is_the_same_or_stands_against_a_named_stack(locks, preflight):
    assert locks(GROUPED, GROUPED) == (0, "", "")
    assert preflight("gate", "--candidate-requirements", "pylock.toml") == (0, "", "")


def test_settings_are_read_and_an_absent_file_of_accepted_differences_is_none(question):
    found = question("--settings", "mine.toml")

    assert (found.settings, list(found.acceptances)) == ({"task_acks_late": True}, [])
