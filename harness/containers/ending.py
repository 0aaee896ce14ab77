"""How a container ends: pytest-celery's nodes know how to be killed, not whether they live."""

from collections.abc import Callable

from pytest_celery.api.base import CeleryTestNode

from harness.errors import ProcessExited
from harness.waiting import wait_until

LOG_LINES = 15


def raise_if_exited(node: CeleryTestNode, who: str) -> None:
    """Raise ProcessExited, with its exit code and last words, when the container of `who` has ended."""
    code = exit_code(node)
    if code is not None:
        lines = node.logs().splitlines()[-LOG_LINES:]
        cause = f"{who} ended with exit code {code}" + (f": {lines[-1]}" if code and lines else "")
        raise ProcessExited("\n".join([f"{who} ended with exit code {code}; its last lines:", *lines]), cause)


def exit_code(node: CeleryTestNode) -> "int | None":
    """None while it runs."""
    node.container.reload()
    return int(node.container.attrs["State"]["ExitCode"]) if node.container.status == "exited" else None


def wait_end(node: CeleryTestNode, who: str, seconds: float, abort: "Callable[[], None] | None" = None) -> int:
    """Its exit code, once it has ended; `abort` as in wait_until. Raises WaitTimeout."""
    ended = lambda: exit_code(node) is not None  # noqa: E731 - zero is an end too
    wait_until(ended, seconds, f"{who} ends", abort=abort)
    return exit_code(node) or 0
