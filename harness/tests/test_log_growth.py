"""Which part of which log was written meanwhile."""

from harness.log_growth import LogGrowth


def test_a_log_that_grew_is_told_with_the_bytes_that_were_added(tmp_path):
    (tmp_path / "worker-1.log").write_text("before\n")
    growth = LogGrowth(tmp_path)
    with (tmp_path / "worker-1.log").open("a") as log:
        log.write("é during\n")

    assert growth.passages() == {f"{tmp_path.name}/worker-1.log": [7, 17]}


def test_a_new_log_is_told_from_its_beginning(tmp_path):
    growth = LogGrowth(tmp_path)
    (tmp_path / "beat-1.log").write_text("new\n")

    assert growth.passages() == {f"{tmp_path.name}/beat-1.log": [0, 4]}


def test_what_did_not_grow_is_no_log_or_tells_of_all_scenarios_is_left_out(tmp_path):
    (tmp_path / "still.log").write_text("x")
    growth = LogGrowth(tmp_path)
    for name in ("empty.log", "pytest.log", "outcomes.jsonl"):
        (tmp_path / name).write_text("" if name == "empty.log" else "x")

    assert growth.passages() == {}
