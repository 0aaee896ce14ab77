"""An arm's real parts, brought up on the shared servers: database, users, web server, worker."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from harness import laid_over
from harness.errors import WaitTimeout
from harness.processes.caller import Caller
from harness.processes.launcher import Launcher
from harness.processes.process import Process, Web
from harness.waiting import wait_until
from load import accounts
from load.accounts import Account
from load.arm import Arm, Servers
from load.audit_table import AuditTable
from load.broker import Broker, numbered
from load.locust_run import Locust

USERS = 1_000
PASSWORD = "correct horse"  # noqa: S105 - made up
POOL = ("--concurrency", "2")
DRAIN_SECONDS = 300.0  # a guard against hanging
QUIET_SECONDS = 5.0  # with nothing on the way any more, what has no row by then is lost
INSIDE = Path(__file__).with_name("inside")


@dataclass(frozen=True)
class Parts:
    """What is up. `worker` is None where the way of delivery has no use for one."""

    launcher: Launcher
    web: Web
    worker: Process | None
    caller: Caller
    broker: Broker
    table: AuditTable
    locust: Locust

    def raise_if_exited(self) -> None:
        """Raise ProcessExited when one of the processes has ended by itself."""
        for process in filter(None, (self.web, self.worker, self.caller)):
            process.raise_if_exited()

    def renewed(self) -> "Parts":
        """The same with all its processes stopped and started anew."""
        self.launcher.stop_all()
        caller, worker, web = _processes(self.launcher, queued=self.worker is not None)
        locust = replace(self.locust, host=web.url)
        return replace(self, caller=caller, worker=worker, web=web, locust=locust)

    def drain(self, logins: int) -> None:
        """Return when so many logins have their rows, or nothing is on its way: what is missing then is lost."""
        if self.worker is None:
            return
        over = lambda: self._written(logins) or self.broker.waiting() == 0  # noqa: E731
        wait_until(over, DRAIN_SECONDS, "the queue is empty", abort=self.raise_if_exited)
        with suppress(WaitTimeout):
            why = "the last event is written"
            wait_until(lambda: self._written(logins), QUIET_SECONDS, why, abort=self.raise_if_exited)

    def _written(self, logins: int) -> bool:
        return self.table.count() >= logins


@contextmanager
def up(arm: Arm, servers: Servers, number: int) -> Iterator[Parts]:
    """The parts of an arm, with Redis database and PostgreSQL database of that number, and a folder for logs."""
    with ExitStack() as closing:
        folder = servers.folder / f"arm-{number}"
        folder.mkdir()
        broker_url = numbered(servers.redis.url, number)
        database = servers.postgres.create_database(f"load_{number}")
        closing.callback(servers.postgres.drop_database, f"load_{number}")
        broker = closing.enter_context(Broker(broker_url))
        broker.empty()
        launcher = _launcher(arm, servers, broker_url, database, folder)
        closing.callback(launcher.stop_all)
        launcher.manage("migrate", "--verbosity", "0")
        table = closing.enter_context(AuditTable(database))
        caller, worker, web = _processes(launcher, queued=arm.queued)
        locust = Locust(web.url, _people(caller, folder), folder, servers.reaper)
        yield Parts(launcher, web, worker, caller, broker, table, locust)


def _processes(launcher: Launcher, *, queued: bool) -> tuple[Caller, Process | None, Web]:
    caller = launcher.with_settings(PYTHONPATH=str(INSIDE)).caller()
    return caller, launcher.worker(*POOL) if queued else None, launcher.web()


def _launcher(arm: Arm, servers: Servers, broker: str, database: str, folder: Path) -> Launcher:
    settings = {
        "DJANGO_SETTINGS_MODULE": "core.settings",
        "DATABASE_URL": database,
        "DATABASE_CONN_MAX_AGE": "600",
        "CELERY_BROKER_URL": broker,
        "CELERY_RESULT_BACKEND": broker,
        "CELERY_SETTINGS": json.dumps(laid_over.celery(arm.laid_over)),
        "AUDIT_DELIVERY": arm.way,
        "PASSWORD_HASH": arm.password_hash,
        "TMPDIR": str(servers.reaper.temporary_folder("tmp")),
        **laid_over.environment(arm.laid_over),
    }
    return Launcher(arm.interpreter, settings, folder, servers.reaper, app=arm.app)


def _people(caller: Caller, folder: Path) -> Path:
    names = [f"user-{number:04}" for number in range(USERS)]
    caller.call("load_calls:make_users", names=names, password=PASSWORD)
    file = folder / "accounts.csv"
    accounts.write(file, [Account(name, PASSWORD) for name in names])
    return file
