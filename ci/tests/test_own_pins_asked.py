"""The options about a team's own pins, from the door to the question."""

import pytest

from ci import gate_door


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


def test_settings_are_read_and_an_absent_file_of_accepted_differences_is_none(question):
    found = question("--settings", "mine.toml")

    assert (found.settings, list(found.acceptances)) == ({"task_acks_late": True}, [])
