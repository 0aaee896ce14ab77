"""The users who log in, for Locust: `locust -f load/locustfile.py --host http://... --accounts FILE`.

Usable by itself, with Locust's web UI, --headless, --processes and --master/--worker, against any deployment.
Always in a process of its own: importing locust patches threads, sockets and time.
"""

import itertools
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from locust import FastHttpUser, LoadTestShape, constant, events, task
from locust.argument_parser import LocustArgumentParser
from locust.env import Environment

from harness.errors import UsageError
from load import accounts, shapes
from load.answers import Answer, Notebook

LETTERS = 200  # of an error


@events.init_command_line_parser.add_listener
def _options(parser: LocustArgumentParser) -> None:
    parser.add_argument("--accounts", env_var="LOAD_ACCOUNTS", default="", help="CSV file of name,password lines")
    parser.add_argument("--shape", env_var="LOAD_SHAPE", default="", help="one of load/shapes.toml; else -u, -r and -t")
    parser.add_argument("--seconds", type=float, default=0, help="stretch the shape to so many seconds")
    parser.add_argument("--notebook", env_var="LOAD_NOTEBOOK", default="", help="file to append every login to")


@events.init.add_listener
def _prepare(environment: Environment, **_: Any) -> None:
    options = environment.parsed_options
    assert options is not None  # noqa: S101 - Locust's command sets it
    try:
        people = accounts.read(Path(options.accounts))
        Shape.asked = shapes.find(options.shape).lasting(options.seconds) if options.shape else None
    except UsageError as error:
        sys.stderr.write(f"load: {error}\n")
        sys.exit(error.exit_code)
    Login.accounts = itertools.cycle(people)
    if options.notebook:
        notebook = Login.notebook = Notebook(Path(options.notebook))
        events.request.add_listener(lambda **facts: notebook.answered(_answer(facts)))


def _answer(facts: dict[str, Any]) -> Answer:
    """Locust's own account of one request, in our terms."""
    seconds = facts["response_time"] / 1000
    status = getattr(facts["response"], "status_code", 0) or 0
    error = str(facts["exception"] or "")[:LETTERS]
    return Answer(facts["context"]["event"], facts["start_time"] + seconds, seconds, status, error)


class Login(FastHttpUser):
    """Somebody else at each turn, from a browser without cookies, as soon as the one before has the answer."""

    wait_time = constant(0)
    accounts: "itertools.cycle[accounts.Account]"
    notebook: Notebook | None = None

    @task
    def log_in(self) -> None:
        """Log in once; the event id ends up in the audit row's details."""
        name, password = next(self.accounts)
        event = str(uuid.uuid4())
        self.client.cookiejar.clear()
        if self.notebook:
            self.notebook.attempted(event, time.time())
        body = {"username": name, "password": password, "event_id": event}
        self.client.post("/login/", json=body, allow_redirects=False, context={"event": event})


class Shape(LoadTestShape):
    """The shape that was asked for by name; without one, Locust's own -u, -r and -t."""

    use_common_options = True
    asked: shapes.Shape | None = None

    def tick(self) -> tuple[int, float] | None:
        """How many users there shall be now and how fast they come; None at the end."""
        if self.asked:
            stage = self.asked.at(self.get_run_time())
            return (stage.users, stage.spawn_rate) if stage else None
        options = self.runner and self.runner.environment.parsed_options
        assert options  # noqa: S101 - Locust's command sets both
        over = options.run_time and self.get_run_time() >= options.run_time
        return None if over else (options.num_users or 1, options.spawn_rate or 1)
