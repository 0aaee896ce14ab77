"""What can go wrong below a scenario, and which verdict each leads to.

A scenario that fails because the stack behaves wrongly raises an ordinary assertion or a `BrokenPromise`.
The classes below `PreflightError` say that nothing was learnt about the stack.
"""


class PreflightError(Exception):
    """Something outside the stacks prevents an answer. The message is one line that tells the reader what to do."""

    exit_code = 3


class UsageError(PreflightError):
    """The caller asked for something that does not exist or does not parse."""

    exit_code = 2


class Unresolvable(PreflightError):
    """The pins cannot be installed together."""

    exit_code = 4


class ServiceDied(PreflightError):
    """A Redis or PostgreSQL did not start, or is gone without having been told to stop."""


class WrongVersions(PreflightError):
    """A running process reports other versions than its stack's lock: whatever it did counts for nothing."""


class BrokenPromise(AssertionError):
    """The stack does not do what a user relies on. `cause` is the one line that explains it best: no path, no pid."""

    def __init__(self, message: str, cause: str) -> None:
        super().__init__(message, cause)  # both, so that it survives pickling
        self.message = message
        self.cause = cause

    def __str__(self) -> str:
        return self.message


class WaitTimeout(BrokenPromise):
    """A condition did not come true in time."""


class ProcessExited(BrokenPromise):
    """A worker, beat or web server ended by itself."""


class NotStarted(BrokenPromise):
    """A worker, beat or web server did not get ready in the first place."""
