"""What Redis as a broker keeps of messages that a worker has taken, and how they are given out again."""

import socket
from contextlib import suppress
from typing import Any

from harness import raw_messages

NO_QUEUE = "preflight-nothing"  # consumed from only because whoever consumes looks after what was taken
LOOKS_SECONDS = 0.1


def held_events(url: str) -> list[str]:
    """The ids of the audit events that workers have taken and not acknowledged."""
    return [message.json()[1]["details"]["event_id"] for message in raw_messages.held(url)]


def waiting_events(url: str, queue: str) -> list[str]:
    """The ids of the audit events that wait in a queue, oldest first."""
    return [message.json()[1]["details"]["event_id"] for message in raw_messages.waiting(url, queue)]


def give_out_again(app: Any, url: str, visibility_timeout: float = 0) -> None:
    """Give out again every message that was taken so many seconds ago and not acknowledged.

    It is what each consumer does when it starts; with no time-out at all, so that the hour need not be waited for.
    """
    read = app.connection_for_read(url, transport_options={"visibility_timeout": visibility_timeout})
    queue = app.amqp.Queues({}).new_missing(NO_QUEUE)
    with read as connection, connection.Consumer([queue]), suppress(socket.timeout):
        connection.drain_events(timeout=LOOKS_SECONDS)
