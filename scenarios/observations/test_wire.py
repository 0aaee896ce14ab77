"""Messages and results byte for byte as other programs, and other versions of this one, find them in Redis."""

import datetime as dt
import json
import re

import pytest
from celery import chain, chord, group
from redis import Redis

from core import celery_app
from harness import raw_messages
from harness.waiting import wait_until
from modules.auth.accounts.tasks import clean_mfa_data, log_auth_event_task, send_welcome_email

SECONDS = 20
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
SOON = dt.datetime(2035, 6, 15, 3, 0, tzinfo=dt.timezone.utc)
MAIL = ("ada@example.com",)
KINDS = {
    "plain": lambda **to: send_welcome_email.apply_async(MAIL, **to),
    "by keyword": lambda **to: send_welcome_email.apply_async(kwargs={"user_email": "ada@example.com"}, **to),
    "with an ETA": lambda **to: send_welcome_email.apply_async(MAIL, eta=SOON, **to),
    "that expires": lambda **to: send_welcome_email.apply_async(MAIL, expires=SOON, **to),
    "with limits": lambda **to: send_welcome_email.apply_async(MAIL, time_limit=9, soft_time_limit=8, **to),
    "with priority": lambda **to: send_welcome_email.apply_async(MAIL, priority=0, **to),
    "whose result is ignored": lambda **to: send_welcome_email.apply_async(MAIL, ignore_result=True, **to),
    "with a link": lambda **to: clean_mfa_data.apply_async(
        link=clean_mfa_data.si(), link_error=clean_mfa_data.si(), **to
    ),
    "by name": lambda **to: celery_app.send_task("modules.auth.accounts.tasks.send_welcome_email", MAIL, **to),
    "an aware datetime": lambda **to: send_welcome_email.apply_async((SOON,), **to),
    "a chain": lambda **to: chain(clean_mfa_data.si(), clean_mfa_data.si()).apply_async(**to),
    "a group": lambda **to: group(clean_mfa_data.si(), clean_mfa_data.si()).apply_async(**to),
    "an audit event": lambda **to: log_auth_event_task.apply_async(
        kwargs={
            "user_id": 1,
            "event_type": "x",
            "ip_address": None,
            "user_agent": "",
            "device_info": None,
            "success": True,
        },
        **to,
    ),
}


def whole(message) -> dict:
    """All of a message as JSON."""
    return {
        "headers": message.headers,
        "properties": message.properties,
        "content type": message.content_type,
        "body": message.json(),
    }


@pytest.mark.parametrize("send", KINDS.values(), ids=KINDS)
def test_a_message_in_the_queue(observe, own_redis, request, send):
    with celery_app.connection_for_write(own_redis.url) as connection:
        send(connection=connection)
    queues = ("celery", "celery\x06\x160")
    messages = [one for queue in queues for one in raw_messages.waiting(own_redis.url, queue)]
    assert messages
    observe(f"message: {request.node.callspec.id}", [whole(one) for one in messages])


def test_a_message_of_beat(observe, own_redis, launcher):
    from django_celery_beat.models import IntervalSchedule, PeriodicTask  # noqa: PLC0415 - beside its only use

    every_second = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name="seen", task="core.celery.debug_task", interval=every_second)
    beat = launcher.with_settings(CELERY_BROKER_URL=own_redis.url).beat()
    sent = wait_until(
        lambda: raw_messages.waiting(own_redis.url, "celery"), SECONDS, "beat has sent", abort=beat.raise_if_exited
    )
    observe("message: of beat", whole(sent[0]))


CALLS = {
    "of a success": lambda: send_welcome_email.delay(*MAIL),
    "of a failure": lambda: celery_app.send_task("modules.auth.accounts.tasks.send_welcome_email"),
    "of an unknown task": lambda: celery_app.send_task("modules.auth.accounts.tasks.nobody_has_it"),
    "of nothing returned": lambda: celery_app.send_task("core.celery.debug_task"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_result_as_it_is_kept(observe, worker, request, call):
    result = call()
    send_welcome_email.delay(*MAIL).get(timeout=SECONDS)
    clean_mfa_data.delay().get(timeout=SECONDS)  # two children take messages in turns: both have been through one more
    observe(f"result: {request.node.callspec.id}", kept(f"celery-task-meta-{result.id}"))


def test_a_groups_result_as_it_is_kept(observe, worker):
    result = group(send_welcome_email.si(*MAIL), clean_mfa_data.si()).apply_async()
    result.get(timeout=SECONDS)
    result.save()
    observe("result: of a group", kept(f"celery-taskset-meta-{result.id}"))


def test_what_a_finished_chord_leaves_behind(observe, worker):
    with Redis.from_url(celery_app.conf.broker_url) as redis:
        wait_until(lambda: not redis.exists("celery", "unacked"), SECONDS, "the worker has nothing left to do")
        before = set(redis.keys())
        chord([send_welcome_email.si(*MAIL), clean_mfa_data.si()], clean_mfa_data.si()).apply_async().get(
            timeout=SECONDS
        )
        wait_until(lambda: not redis.exists("unacked"), SECONDS, "the last message is acknowledged")
        left = {key: redis.ttl(key) for key in set(redis.keys()) - before}
    assert left
    counted = {}
    for key, seconds in sorted(left.items()):
        kind = UUID.sub("UUID", key.decode())
        counted.setdefault(kind, []).append(round(seconds, -2))
    observe("keys left: by a chord of two, with the seconds that they live on", counted)


def kept(key: str):
    """The JSON of a result's key, its traceback as whether there is one; None when there is no such key."""
    with Redis.from_url(celery_app.conf.result_backend) as redis:
        text = redis.get(key)
    if text is None:
        return None
    meta = json.loads(text)
    if isinstance(meta, dict):
        meta["traceback"] = bool(meta.get("traceback"))
    return {"meta": meta}
