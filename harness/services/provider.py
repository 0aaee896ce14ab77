"""Which provider of services to use on this machine."""

from http.client import HTTPException
from typing import NamedTuple

from harness.errors import UsageError
from harness.services import engine

ANSWER_SECONDS = 1.5  # with the time to connect, less than the two seconds that are promised


class Choice(NamedTuple):
    """A provider, "container" or "embedded", and in one sentence why it was chosen."""

    provider: str
    reason: str


def choose(wanted: str) -> Choice:
    """The provider to use when `wanted` is "auto", "container" or "embedded"; answers within two seconds.

    Raises UsageError for another word, and when containers are asked for and no engine answers.
    """
    if wanted not in ("auto", "container", "embedded"):
        raise UsageError(f"no provider {wanted!r}: choose auto, container or embedded")
    if wanted == "embedded":
        return Choice("embedded", "Embedded servers were asked for.")
    problem = engine_problem()
    if problem is None:
        return Choice("container", f"A container engine answers at {engine.address()}.")
    if wanted == "container":
        raise UsageError(f"no container engine: {problem}. Start one (ci/engine does) or choose embedded")
    return Choice("embedded", f"No container engine: {problem}.")


def engine_problem() -> str | None:
    """Why containers cannot be used here, None when they can."""
    scheme, _, path = engine.address().partition("://")
    if scheme != "unix":  # a port on another machine's loopback is out of reach
        return f"DOCKER_HOST={engine.address()} is not a unix socket, so its ports are not on this 127.0.0.1"
    try:
        status, _ = engine.request("GET", "/_ping", ANSWER_SECONDS)
    except OSError as error:
        return f"{path}: {error.strerror or error}"
    except HTTPException as error:
        return f"{path} did not answer as an engine does: {error!r}"
    return None if status == 200 else f"{path} answered {status} to a ping"
