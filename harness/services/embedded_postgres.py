"""PostgreSQL from contextlib import suppress
from a binary on this machine, behind a unix socket in a folder of our own."""

import os
import pwd
import shutil
import signal
import subprocess
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from harness import sessions
from harness.errors import ServiceDied, UsageError
from harness.reaper import Reaper
from harness.services.managed_postgres import MAX_CONNECTIONS, USER, ManagedPostgres
from harness.services.postgres_programs import find_programs
from harness.spawn import Child, spawn

PORT = 5432  # part of the socket's file name only
LONGEST_SOCKET = 107  # bytes, the kernel's limit for a unix socket's path
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": str(MAX_CONNECTIONS),
    # The machine will not crash under the data, so nothing has to reach the disk. Commits and whole pages are
    # written as ever: without them a SIGKILL could lose what was committed, and the stack would be blamed.
    "fsync": "off",
    # Shared memory in files goes away with the data folder; in /dev/shm it would outlive a killed server.
    "dynamic_shared_memory_type": "mmap",
}


class EmbeddedPostgres(ManagedPostgres):
    """A PostgreSQL of our own. As root, which it refuses, it runs as the user nobody."""

    provider = "embedded"

    def __init__(self, reaper: Reaper) -> None:
        super().__init__()
        self._reaper = reaper
        self._programs = find_programs()
        self._user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        self._folder = _folder_for_socket(reaper)
        self._own = self._folder / "own"  # the server's: its data and its socket
        self._child: Child | None = None

    @cached_property
    def description(self) -> str:
        """See Service.description."""
        return self._programs.description

    def _url(self, database: str) -> str:
        return f"postgresql:///{quote(database)}?host={quote(str(self._own))}&user={USER}&port={PORT}"

    def _launch(self) -> None:
        if not self._own.exists():
            self._make_cluster()
        settings = {**SETTINGS, "unix_socket_directories": str(self._own)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._child = self._run("postgres", "-D", str(self._own / "data"), *options)

    def _make_cluster(self) -> None:
        self._own.mkdir(mode=0o700)
        if self._user is not None:
            os.chown(self._own, self._user, self._user)
            self._programs = self._programs.copied_to(self._folder / "programs")
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        initdb = self._run("initdb", "-D", str(self._own / "data"), "-U", USER, *options)
        try:
            code = initdb.popen.wait(self.ready_within)
        except subprocess.TimeoutExpired:
            code = initdb.kill()
        if code != 0:
            raise ServiceDied(f"initdb ended with exit code {code}; its last lines:\n{initdb.log_tail()}")

    def _run(self, program: str, *options: str) -> Child:
        return spawn(
            [str(self._programs.folder / program), *options],
            name=program,
            log=self._folder / f"{program}.log",
            reaper=self._reaper,
            env={"PATH": os.defpath, "HOME": str(self._own), "LC_ALL": "C.UTF-8"},
            cwd=self._own,
            user=self._user,
        )

    def _end(self, politely: bool) -> None:
        if self._child:
            helpers = sessions.children(self._child.pid) if self._runs() else []
            known = [(pid, sessions.start_ticks(pid)) for pid in helpers]
            # SIGINT ends its clients' sessions; SIGTERM would wait for them to leave.
            self._child.stop(with_signal=signal.SIGINT) if politely else self._child.kill()
            for pid, ticks in known:  # each of them leads a session of its own
                sessions.kill_session(pid, ticks)

    def _freeze(self) -> None:
        self._send(signal.SIGSTOP)

    def _resume(self) -> None:
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        """Tell all of its processes, the one first that makes new ones."""
        if self._child:
            self._child.send(number)
            for pid in sessions.children(self._child.pid):
                with suppress(ProcessLookupError):  # it has ended: it was for a client who is gone
                    os.kill(pid, number)

    def _runs(self) -> bool:
        return self._child is not None and self._child.exit_code() is None

    def _last_words(self) -> str:
        return self._child.log_tail() if self._child else "(never started)"

    def _throw_away(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)


def _folder_for_socket(reaper: Reaper) -> Path:
    folder = reaper.temporary_folder("postgres")
    socket = folder / "own" / f".s.PGSQL.{PORT}"
    if len(os.fsencode(socket)) > LONGEST_SOCKET:
        raise UsageError(f"TMPDIR is too long for PostgreSQL's socket {socket}: set it to a shorter folder")
    return folder
