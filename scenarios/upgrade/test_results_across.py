"""Results written by one version are read by the other as by itself."""

import pytest


def told(pair, task, args):
    """A result that the maker's worker wrote, as a process of the finisher reads it."""
    sent = pair.maker.call("send", task=task, args=args, queue=pair.maker.name)
    return pair.finisher.call("outcome", id=sent)


def test_a_value_and_its_date_are_read(pair):
    read = told(pair, "tell", ["x"])
    assert (read["state"], read["value"]["celery"]) == ("SUCCESS", pair.maker.celery)
    assert -60 < read["seconds since"] < 60


@pytest.mark.parametrize(
    ("kind", "error"),
    [("builtin", ["builtins", "ValueError", ["no"]]), ("ours", ["pair_tasks", "OrderError", ["7", "sold out"]])],
)
def test_a_failure_is_read_with_its_class_and_arguments(pair, kind, error):
    read = told(pair, "fail", [kind])
    assert (read["state"], read["error"], read["traceback"]) == ("FAILURE", error, True)


# Who begins to wait for a group at the moment when a task of it ends may wait for ever (Celery 5.7.0: 1 in 140): it
# asks for the result, the worker publishes it, and only then Redis comes to the SUBSCRIBE, which nobody has awaited.
@pytest.mark.parametrize("countdown", [0, 1], ids=["done", "running"])
def test_a_group_kept_by_one_is_restored_by_the_other(pair, countdown):
    first, second = pair.maker.name, pair.finisher.name
    kept = pair.maker.call("save_group", first=first, second=second, countdown=countdown)
    assert pair.finisher.call("restore_group", id=kept) == [[["int", "0"]], [["int", "1"]], [["int", "2"]]]


def test_a_result_of_one_is_forgotten_by_the_other(pair):
    sent = pair.maker.call("send", task="tell", args=[], queue=pair.maker.name)
    assert pair.maker.call("outcome", id=sent)["state"] == "SUCCESS"
    assert pair.finisher.call("forget", id=sent) == "PENDING"
