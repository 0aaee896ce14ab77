"""Messages as they lie in Redis: read and written without Celery or kombu, so that neither can hide what it does.

A queue is a list of JSON envelopes, newest first; the body inside is base64. Not for what a worker holds already.
"""

import base64
import json
import uuid
from dataclasses import dataclass
from typing import Any

import redis


@dataclass(frozen=True)
class RawMessage:
    """One message of a queue, as any program could read it."""

    headers: dict[str, Any]
    properties: dict[str, Any]
    content_type: str
    body: bytes

    def json(self) -> Any:
        """Its body, which must be JSON."""
        return json.loads(self.body)


def waiting(url: str, queue: str) -> list[RawMessage]:
    """The messages of a queue that no worker has taken yet, oldest first."""
    with redis.Redis.from_url(url) as client:
        envelopes: Any = client.lrange(queue, 0, -1)
    return [_opened(json.loads(envelope)) for envelope in reversed(envelopes)]


def put(url: str, queue: str, body: bytes, content_type: str, headers: dict[str, Any]) -> None:
    """Lay a message on a queue, as any program that can reach the Redis could."""
    properties = {
        "body_encoding": "base64",
        "correlation_id": headers.get("id"),
        "delivery_mode": 2,
        "delivery_info": {"exchange": "", "routing_key": queue},
        "delivery_tag": str(uuid.uuid4()),
        "priority": 0,
    }
    envelope = {
        "body": base64.b64encode(body).decode(),
        "content-encoding": "binary",
        "content-type": content_type,
        "headers": headers,
        "properties": properties,
    }
    with redis.Redis.from_url(url) as client:
        client.lpush(queue, json.dumps(envelope))


def held(url: str) -> list[RawMessage]:
    """The messages that workers have taken and not acknowledged, in no order."""
    with redis.Redis.from_url(url) as client:
        kept: Any = client.hvals("unacked")
    return [_opened(json.loads(one)[0]) for one in kept]


def nothing_on_its_way(url: str, queue: str) -> bool:
    """Whether nothing waits in the queue and workers have acknowledged all that they have taken, of any queue."""
    return not waiting(url, queue) and not held(url)


def delete(url: str, queue: str) -> None:
    """Throw a queue away."""
    with redis.Redis.from_url(url) as client:
        client.delete(queue)


def _opened(envelope: dict[str, Any]) -> RawMessage:
    properties = envelope["properties"]
    encoded = properties.get("body_encoding") == "base64"
    body = base64.b64decode(envelope["body"]) if encoded else envelope["body"].encode()
    return RawMessage(envelope["headers"], properties, envelope["content-type"], body)
