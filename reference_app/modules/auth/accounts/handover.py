"""Handing a task to the broker within a bounded time, or saying that it did not take it.

Celery's own `.delay()` waits for a broker that is away: some 20 s with a result backend, 6 s for the first connection
of a process, for ever when the broker is there and silent. A login cannot. What bounds it here:

- a pool of connections of its own, on which each step of the talk with the broker has BOUND_SECONDS: workers, whose
  connections rightly wait for minutes, are not touched;
- no second try: neither by Celery (`retry`) nor by kombu while it connects (`max_retries`);
- after a failure the broker is left alone for PAUSE_SECONDS: else each login of an outage would wait for the same
  answer again;
- no result: neither does the hand-over prepare for one, nor is there an object whose destructor would talk to a result
  backend that may be away.

What is not bounded is the look-up of the broker's name in DNS.
"""

import logging
import time
from functools import cached_property
from typing import Any

from kombu import Connection
from kombu.exceptions import EncodeError
from kombu.pools import producers

from core import celery_app

logger = logging.getLogger(__name__)

BOUND_SECONDS = 0.4
PAUSE_SECONDS = 2.0
_BOUNDED = {
    "socket_connect_timeout": BOUND_SECONDS,
    "socket_timeout": BOUND_SECONDS,
    "retry_on_timeout": False,
    "max_retries": 0,
}


class Handover:
    """Hands messages of one kind over, from any thread of this process."""

    def __init__(self) -> None:
        self._paused_until = 0.0

    @cached_property
    def _template(self) -> Connection:
        """Never connected itself: the key under which kombu keeps the pool, and what the pool's are made from."""
        return celery_app.connection_for_write(transport_options=_BOUNDED)

    def take(self, task: str, message_id: str, arguments: dict[str, Any]) -> bool:
        """Put one message on the task's queue; True when the broker took it.

        Raises EncodeError for arguments that JSON cannot carry.
        False means that it did not say so in time, not that it did not take it: the task may run all the same.
        """
        if time.monotonic() < self._paused_until:
            return False
        taken = self._publish(task, message_id, arguments)
        if not taken:
            self._paused_until = time.monotonic() + PAUSE_SECONDS
        return taken

    def _publish(self, task: str, message_id: str, arguments: dict[str, Any]) -> bool:
        try:
            with producers[self._template].acquire(block=True, timeout=BOUND_SECONDS) as producer:
                celery_app.send_task(
                    task,
                    kwargs=arguments,
                    task_id=message_id,
                    producer=producer,
                    retry=False,
                    ignore_result=True,
                    result_cls=_NoResult,
                    add_to_parent=False,
                    # The worker's log says which event, and neither who nor from where.
                    argsrepr="()",
                    kwargsrepr=f"<{message_id}>",
                )
        except EncodeError:
            raise  # the caller's mistake, as with .delay(): the broker was not even asked
        # Everything else: which class a dead broker raises differs from release to release (celery PR #9371), and none
        # is worth a login.
        except Exception as error:  # noqa: BLE001
            logger.warning("The broker did not take %s[%s]: %s: %s", task, message_id, type(error).__name__, error)
            return False
        return True


class _NoResult:
    """Stands where Celery makes an AsyncResult."""

    def __init__(self, task_id: str) -> None:
        self.id = task_id
