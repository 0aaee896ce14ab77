"""What a caller passes is what the task gets, and what it returns is what the caller gets."""

import datetime as dt
import uuid
from decimal import Decimal

import extra_tasks
import pytest
from kombu.exceptions import EncodeError

from harness import raw_messages
from modules.auth.accounts.models import User
from modules.auth.accounts.tasks import send_welcome_email

SECONDS = 20
MEGABYTE = 1024 * 1024
AS_THEY_ARE = {
    "None": None,
    "true": True,
    "zero": 0,
    "a large integer": 2**70,
    "a fraction": 0.1,
    "nothing": "",
    "letters of many scripts": "Grüße, 你好, привет, مرحبا, 😀👩‍👩‍👧",
    "control characters": "line\nline\ttab\x00\x1f\x7f\u2028",
    "half a surrogate pair": "\ud800",
    "quotes and backslashes": "\"'\\/{}[]%s{0}",
    "a nested structure": {"a": [1, {"b": [None, False, {"ключ": "é"}]}], "": {}},
    "an empty list": [],
    "a megabyte": "ä" * (MEGABYTE // 2),
    "many arguments": list(range(10_000)),
}
RICH = {
    "a naive datetime": dt.datetime(2026, 3, 1, 3, 0, 0, 1),  # noqa: DTZ001 - naive is meant
    "an aware datetime": dt.datetime(2026, 3, 1, 3, 0, tzinfo=dt.timezone.utc),
    "a datetime of another zone": dt.datetime(2026, 3, 1, 3, 0, tzinfo=dt.timezone(dt.timedelta(hours=5, minutes=30))),
    "a date": dt.date(2026, 3, 1),
    "a time": dt.time(3, 0, 1),
    "a UUID": uuid.UUID(int=5),
    "a decimal": Decimal("1.10"),
    "bytes": b"\x00ab\xff",
}


@pytest.mark.parametrize("value", AS_THEY_ARE.values(), ids=AS_THEY_ARE)
def test_a_value_that_json_knows_goes_there_and_back_unchanged(extra_worker, value):
    result = extra_tasks.echo.delay(value, keyword=value)
    assert result.get(timeout=SECONDS) == [[value], {"keyword": value}]


@pytest.mark.parametrize("value", RICH.values(), ids=RICH)
def test_a_value_of_a_type_that_celery_adds_to_json_goes_there_and_back_unchanged(extra_worker, value):
    [[back], _] = extra_tasks.echo.delay(value).get(timeout=SECONDS)
    assert (type(back), back) == (type(value), value)


@pytest.mark.parametrize("value", RICH.values(), ids=RICH)
def test_the_task_gets_an_object_of_that_type_and_not_its_text(extra_worker, value):
    assert extra_tasks.look.delay(value).get(timeout=SECONDS) == [type(value).__name__]


def test_a_tuple_arrives_as_a_list_and_a_number_as_key_as_a_string(extra_worker):
    [[pair, table], _] = extra_tasks.echo.delay((1, 2), {7: "seven"}).get(timeout=SECONDS)
    assert (pair, table) == ([1, 2], {"7": "seven"})


@pytest.mark.parametrize("value", [object(), User(username="ada")], ids=["an object", "a model's instance"])
def test_what_json_cannot_carry_is_refused_to_the_caller_and_nothing_is_sent(broker_url, value):
    with pytest.raises(EncodeError):
        send_welcome_email.apply_async((value,), queue="nobody")
    assert raw_messages.waiting(broker_url, "nobody") == []


@pytest.mark.guards("task-welcome-email")
@pytest.mark.parametrize(
    "address", ["ä" * MEGABYTE, "jürgen@例え.jp", "", None], ids=["2 MB", "unicode", "empty", "None"]
)
def test_the_plans_worker_takes_any_address(worker, address):
    assert send_welcome_email.delay(address).get(timeout=SECONDS) == f"Email sent to {address}"
