"""What one pytest run works with: a stack's interpreter, services, a folder for logs.

The gate prepares it and lends it through a file named in PREFLIGHT_SESSION. Without that, pytest was called by hand
in the project environment: then the session is made here and runs on that environment.
"""

import json
import os
import platform
import re
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.laid_over import PARAMETERS, celery, environment, with_parameters, without_parameters
from harness.processes.interpreter import Interpreter, installed
from harness.processes.launcher import TODAYS_APP, Launcher
from harness.reaper import Reaper
from harness.services import desk
from harness.services.base import RedisService, ServicePool

LENT = "PREFLIGHT_SESSION"


@dataclass
class Session:
    """One run of scenarios on one stack.

    `old` is the stack that runs today: in the gate the baseline's, in both arms; by hand the same as `interpreter`.
    `folder` gets the logs of its processes; `laid_over` are a team's settings over the app's own (harness.laid_over).
    `temporary` is for what its processes leave behind when they are killed (billiard: pymp-*); None where the gate has
    seen to that.
    """

    interpreter: Interpreter
    old: Interpreter
    services: ServicePool
    folder: Path
    reaper: Reaper
    name: str
    laid_over: dict[str, Any] = field(default_factory=dict)
    temporary: Path | None = None

    def settings(self) -> dict[str, str]:
        """The reference app's settings: an empty Redis, a new database, no simulated work to sleep through."""
        redis = self.redis("main")
        name = re.sub(r"\W", "_", f"{self.interpreter.stack}_{self.name}")[-60:]
        parameters = environment(self.laid_over).get(PARAMETERS, "")
        return {
            "DJANGO_SETTINGS_MODULE": "core.settings",
            # For pytest's own process, not handed on: under a frozen clock Django would connect anew for every query.
            "DATABASE_CONN_MAX_AGE": "600",
            "DATABASE_URL": with_parameters(self.services.postgres().create_database(name), parameters),
            "CELERY_BROKER_URL": redis.url,
            "CELERY_RESULT_BACKEND": redis.url,
            "CELERY_SETTINGS": json.dumps(celery(self.laid_over)),
            "WELCOME_EMAIL_SECONDS": "0",
            "USER_DATA_SECONDS": "0",
        }

    def redis(self, name: str, *, durable: bool = False) -> RedisService:
        """This run's Redis of that name, up and empty."""
        redis = self.services.redis(f"{self.name}-{name}", durable=durable)
        redis.start()
        redis.flush()
        return redis

    def launcher(self) -> Launcher:
        """Starts this session's processes with the settings that are in force in os.environ."""
        settings = {key: os.environ[key] for key in SETTINGS}
        settings |= environment(self.laid_over)
        # Added again when a process starts: until then a scenario may say something else there.
        settings["DATABASE_URL"] = without_parameters(settings["DATABASE_URL"], settings.get(PARAMETERS, ""))
        settings |= {"TMPDIR": str(self.temporary)} if self.temporary else {}
        return Launcher(self.interpreter, settings, self.folder, self.reaper)

    def old_launcher(self) -> Launcher:
        """Starts processes of the stack that runs today, with the same settings, on the app as it is today."""
        return replace(self.launcher(), interpreter=self.old, app=TODAYS_APP)

    def close(self) -> None:
        """Give the services back (lent ones go on) and clear away everything else."""
        self.services.close()
        self.reaper.close()


SETTINGS = (
    "DJANGO_SETTINGS_MODULE",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "CELERY_RESULT_BACKEND",
    "CELERY_SETTINGS",
    "WELCOME_EMAIL_SECONDS",
    "USER_DATA_SECONDS",
)


@dataclass(frozen=True)
class Lease:
    """What the gate writes for a pytest run that it starts: whose processes, which services, where to log.

    `old` and `laid_over` as in Session; `name` keeps its Redis and its database apart from those of other runs on
    the same services.
    """

    interpreter: Interpreter
    old: Interpreter
    address: str
    authkey: bytes
    folder: Path
    name: str
    laid_over: dict[str, Any] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Write it for `read`."""
        facts = {
            "interpreter": self.interpreter.to_json(),
            "old": self.old.to_json(),
            "address": self.address,
            "authkey": self.authkey.hex(),
            "folder": str(self.folder),
            "name": self.name,
            "laid_over": self.laid_over,
        }
        path.touch(mode=0o600)  # the key opens the services to whoever reads it
        path.write_text(json.dumps(facts))

    @classmethod
    def read(cls, path: Path) -> "Lease":
        """The reverse of write."""
        facts = json.loads(path.read_text())
        interpreter, old = (Interpreter.from_json(facts[key]) for key in ("interpreter", "old"))
        authkey = bytes.fromhex(facts["authkey"])
        folder = Path(facts["folder"])
        return cls(interpreter, old, facts["address"], authkey, folder, facts["name"], facts["laid_over"])


def begin(services: str, name: str) -> Session:
    """The session of this pytest run: lent by the gate, or our own with `services` chosen as by --services.

    `name` tells parallel pytest workers apart. Raises UsageError and ServiceDied.
    """
    reaper = Reaper()
    try:
        lent = os.environ.get(LENT)
        return _borrow(Path(lent), reaper, name) if lent else _own(services, reaper, name)
    except BaseException:
        reaper.close()
        raise


def _borrow(path: Path, reaper: Reaper, name: str) -> Session:
    lease = Lease.read(path)
    pins = lease.interpreter.pins
    ours = {name: version for name, version in installed().items() if name in pins}  # the rest are the test tools
    lease.interpreter.require(ours, "pytest", platform.python_version())
    services = desk.connect(lease.address, lease.authkey)
    return Session(
        lease.interpreter,
        lease.old,
        services,
        lease.folder,
        reaper,
        f"{lease.name}-{name}",
        lease.laid_over,
    )


def _own(services: str, reaper: Reaper, name: str) -> Session:
    from harness.services.pool import Services  # noqa: PLC0415 - its providers are in the project environment only
    from harness.services.provider import choose  # noqa: PLC0415

    provider, reason = choose(services)
    sys.stderr.write(f"services: {provider} ({reason})\n")
    interpreter = Interpreter("project", sys.executable, installed(), None, platform.python_version())
    pool = Services(provider, reaper)
    logs, temporary = reaper.temporary_folder("logs"), reaper.temporary_folder("tmp")
    return Session(interpreter, interpreter, pool, logs, reaper, name, temporary=temporary)
