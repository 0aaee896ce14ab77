"""What users write down."""

from pathlib import Path

from load.answers import Answer, Notebook, read

YES, NO = Answer("a", 10.5, 0.5, 200), Answer("b", 10.2, 0.1, 0, "refused")


def test_what_was_written_down_comes_back_in_the_order_of_the_answers(tmp_path: Path) -> None:
    file = tmp_path / "notebook.jsonl"
    notebook = Notebook(file)
    notebook.attempted("a", 10.0)
    notebook.attempted("b", 10.1)
    notebook.answered(YES)
    notebook.answered(NO)
    told = read(file.read_text().splitlines())
    assert told.attempted == {"a": 10.0, "b": 10.1}
    assert told.answers == [NO, YES]


def test_only_200_is_an_ack(tmp_path: Path) -> None:
    told = read([])
    told.answers = [YES, NO, Answer("c", 11, 0.1, 302), Answer("d", 11, 0.1, 503)]
    assert [one.event for one in told.acked()] == ["a"]
    assert [one.event for one in told.refused()] == ["b", "c", "d"]


def test_many_processes_can_write_into_one_notebook(tmp_path: Path) -> None:
    file = tmp_path / "notebook.jsonl"
    one, other = Notebook(file), Notebook(file)
    for number in range(50):
        one.attempted(f"one-{number}", number)
        other.attempted(f"other-{number}", number)
    assert len(read(file.read_text().splitlines()).attempted) == 100
