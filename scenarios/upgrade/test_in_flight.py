"""Made by one version and finished by the other: no message that is on its way is lost, doubled or misread."""

import time

from redis import Redis

from harness.waiting import wait_until

SECONDS = 30
RESERVED = ("one", "two", "three")


def ran_by(side, told) -> None:
    """The task says that this side's worker ran it, on this side's version."""
    assert told["state"] == "SUCCESS", told
    assert (told["value"]["side"], told["value"]["celery"]) == (side.name, side.celery)


def test_a_queued_task_is_run(pair):
    sent = pair.maker.call("send", task="tell", args=["x"], queue=pair.finisher.name)
    told = pair.maker.call("outcome", id=sent)
    ran_by(pair.finisher, told)
    assert told["value"]["seen"] == [["str", "x"]]


def test_a_queued_audit_event_is_written_once(pair):
    user = pair.maker.call("user", name=f"ada-{pair.maker.name}")
    event = f"made by {pair.maker.name}"
    pair.maker.call("send_event", user_id=user, event_type=event, queue=pair.finisher.name)
    written = lambda: pair.finisher.call("events", prefix=event)  # noqa: E731
    wait_until(written, SECONDS, "the event is written", hint=f"The worker's log: {pair.finisher.worker.child.log}")
    barrier = pair.maker.call("send_mail", queue=pair.finisher.name)
    assert pair.maker.call("outcome", id=barrier)["value"] == "Email sent to ada@example.com"
    assert written() == [event]


def test_a_countdown_is_kept(pair):
    begun = time.time()
    sent = pair.maker.call("send", task="tell", args=[], queue=pair.finisher.name, countdown=1.5)
    told = pair.maker.call("outcome", id=sent)
    ran_by(pair.finisher, told)
    assert told["value"]["at"] >= begun + 1.5


def test_a_task_that_has_expired_is_revoked_and_not_run(pair):
    sent = pair.maker.call("send_expired", queue=pair.finisher.name)
    assert pair.maker.call("outcome", id=sent)["state"] == "REVOKED"
    assert pair.maker.notes("expired") == []


def test_a_task_that_expires_later_is_run(pair):
    sent = pair.maker.call("send", task="tell", args=[], queue=pair.finisher.name, expires=3600)
    ran_by(pair.finisher, pair.maker.call("outcome", id=sent))


def test_a_task_is_retried(pair):
    sent = pair.maker.call("send", task="retry_there", args=[pair.finisher.name], queue=pair.maker.name)
    told = pair.maker.call("outcome", id=sent)
    ran_by(pair.finisher, told)
    assert (told["value"]["first"]["side"], told["value"]["retries"]) == (pair.maker.name, 1)


def test_a_task_revoked_while_it_waits_for_its_time_is_not_run(pair):
    word = f"revoked by {pair.maker.name}"
    sent = pair.maker.call("send", task="note", args=[word], queue=pair.finisher.name, countdown=1.5)
    pair.maker.call("revoke", id=sent)
    assert pair.maker.call("outcome", id=sent)["state"] == "REVOKED"
    assert pair.maker.notes(word) == []


def test_a_worker_that_starts_learns_what_was_revoked_before(pair):
    """celery.worker.consumer.mingle: workers tell one another at start-up."""
    name = f"late-{pair.finisher.name}"
    sent = pair.maker.call("send", task="note", args=[name], queue=name)
    pair.maker.call("revoke", id=sent)
    known = lambda: sent in pair.maker.call("revoked", node=f"{pair.maker.name}@pair")  # noqa: E731
    wait_until(known, SECONDS, "the worker that runs already knows of it")
    late = pair.finisher.launcher.worker("--include", "pair_tasks", "-Q", name, "-n", f"{name}@pair", name=name)
    try:
        assert pair.maker.call("outcome", id=sent)["state"] == "REVOKED"
        assert pair.maker.notes(name) == []
    finally:
        late.stop()


def test_what_a_worker_had_reserved_when_it_stopped_is_run_once(pair, tmp_path):
    queue, release = f"reserved-{pair.maker.name}", tmp_path / "release"
    stopping = pair.maker.launcher.worker(
        "--include", "pair_tasks", "-Q", queue, "-n", f"{queue}@pair", "--concurrency", "1", name=queue
    )
    words = [f"{queue} {word}" for word in RESERVED]
    held = pair.maker.call("send", task="hold", args=[str(release)], queue=queue)
    for word in words[:-1]:
        pair.maker.call("send", task="note", args=[word], queue=queue)
    pair.maker.call("send", task="note", args=[words[-1]], queue=queue, countdown=3)
    with Redis.from_url(pair.maker.launcher.settings["CELERY_BROKER_URL"]) as redis:
        # What it works on is acknowledged already: these are the ones that it has only fetched.
        reserved = lambda: not redis.exists(queue) and redis.hlen("unacked") == len(words)  # noqa: E731
        wait_until(reserved, SECONDS, "the worker has reserved them all", abort=stopping.raise_if_exited)
    stopping.child.send(15)
    release.touch()
    assert stopping.stop() == 0
    assert [pair.maker.notes(word) for word in words] == [[], [], []]
    pair.maker.call("consume", node=f"{pair.finisher.name}@pair", queue=queue)
    assert [pair.maker.wait_noted(word)["side"] for word in words] == [pair.finisher.name] * 3
    assert pair.finisher.call("outcome", id=held)["value"]["side"] == queue
    assert [len(pair.maker.notes(word)) for word in words] == [1, 1, 1]


def test_a_worker_answers_the_other_version(pair):
    assert pair.maker.call("ping", node=f"{pair.finisher.name}@pair") == [
        {f"{pair.finisher.name}@pair": {"ok": "pong"}}
    ]
