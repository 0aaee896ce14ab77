"""A beat of one version and a worker of the other."""

from harness.waiting import wait_until

SECONDS = 60


def test_what_one_versions_beat_sends_the_others_worker_runs_each_time_once(pair):
    word = f"periodic of {pair.maker.name}"
    pair.finisher.call("schedule", name=word, task="pair.note", args=f'["{word}"]', queue=pair.finisher.name)
    beat = pair.maker.launcher.beat("--max-interval", "1", name=f"{pair.maker.name}-beat")
    thrice = lambda: len(pair.maker.notes(word)) >= 3  # noqa: E731
    wait_until(thrice, SECONDS, "three runs", abort=beat.raise_if_exited, hint=f"Beat's log: {beat.child.log}")
    assert beat.stop() == 0
    barrier = pair.maker.call("send", task="tell", args=[], queue=pair.finisher.name)
    pair.maker.call("outcome", id=barrier)
    pair.maker.call("unschedule", name=word)
    runs = pair.finisher.call("scheduled", name=word)["runs"]
    wait_until(lambda: len(pair.maker.notes(word)) >= runs, SECONDS, "every sending is run")
    assert len(pair.maker.notes(word)) == runs
    assert {note["side"] for note in pair.maker.notes(word)} == {pair.finisher.name}
