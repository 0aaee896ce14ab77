"""PostgreSQL as a service: the same for every provider."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from harness.errors import ServiceDied, UsageError
from harness.reaper import Reaper
from harness.services import embedded_postgres, postgres_programs
from harness.services.base import PostgresService
from harness.services.embedded_postgres import EmbeddedPostgres
from harness.services.pool import Services
from harness.tests.helpers import HANG, ROOT, exit_code, missing, short_folder
from harness.waiting import wait_until

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")


@pytest.fixture(scope="module")
def pool(provider):
    """One PostgreSQL for the tests that do it no lasting harm."""
    with Reaper() as reaper, Services(provider, reaper) as pool:
        yield pool


@pytest.fixture
def service(pool) -> PostgresService:
    """A PostgreSQL that has been started."""
    service = pool.postgres()
    service.start()
    return service


@pytest.fixture
def fresh(provider, reaper) -> PostgresService:
    """A PostgreSQL for one test."""
    pool = Services(provider, reaper)
    yield pool.postgres()
    pool.close()


@pytest.fixture
def embedded(reaper) -> EmbeddedPostgres:
    """An embedded one that has not been started."""
    service = EmbeddedPostgres(reaper)
    yield service
    service.close()


def rows(url: str, query: str = "SELECT value FROM kept") -> list[tuple]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def keep(url: str, value: int) -> None:
    """Commit one row."""
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (value int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [value])


def end_behind_its_back(service: PostgresService) -> None:
    """Make it end without having been told by us; returns when its process is gone."""
    url = service.create_database("last")
    with suppress(psycopg.OperationalError), psycopg.connect(url, autocommit=True) as connection:
        # It takes what it is given first: PostgreSQL would complain of a broken pipe.
        connection.execute("COPY (SELECT 1) TO PROGRAM 'cat >/dev/null; read pid < postmaster.pid; kill -QUIT $pid'")
    wait_until(lambda: not service._runs(), HANG, "PostgreSQL is gone")


def test_it_says_what_it_is(service, provider):
    assert service.is_up()
    assert service.provider == provider
    assert "postgres" in service.description.lower()


def test_a_new_database_is_empty_and_open(service):
    url = service.create_database("new")

    assert rows(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]


def test_its_text_is_unicode(service):
    url = service.create_database("text")

    assert rows(url, "SHOW server_encoding") == [("UTF8",)]
    assert rows(url, "SELECT upper('zoë'), length('zoë')") == [("ZOË", 3)]


def test_a_database_of_the_same_name_is_replaced_even_while_in_use(service):
    url = service.create_database("again")
    keep(url, 1)
    with psycopg.connect(url):
        assert service.create_database("again") == url

    assert rows(url, "SELECT to_regclass('kept')") == [(None,)]


def test_a_database_is_dropped_even_while_in_use(service):
    url = service.create_database("short")
    with psycopg.connect(url):
        service.drop_database("short")

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        rows(url)


def test_dropping_what_is_not_there_is_no_error(service):
    service.drop_database("never made")


@pytest.mark.parametrize("name", ["test_gw0", "With-Capitals", "a b", 'qu"ote', "per%cent", "ünï"])
def test_a_name_may_have_any_characters(service, name):
    url = service.create_database(name)

    assert rows(url, "SELECT current_database()") == [(name,)]
    service.drop_database(name)


def test_two_hundred_clients_fit(service):
    assert rows(service.create_database("clients"), "SHOW max_connections") == [("200",)]


def test_an_unanswered_wish_is_an_error_in_our_words(service):
    service.stop()

    with pytest.raises(ServiceDied, match="'late'"):
        service.create_database("late")


def test_a_stop_does_not_wait_for_clients_to_leave(service):
    with psycopg.connect(service.create_database("busy")) as client:
        client.execute("SELECT 1")
        service.stop()

        assert not service.is_up()
        assert exit_code(service) == 0, "it ended itself, nobody had to kill it"
        service.raise_if_died()
        with pytest.raises(psycopg.OperationalError):
            client.execute("SELECT 1")


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_it_comes_back_on_the_same_address_with_what_was_committed(service, end):
    url = service.create_database(f"kept_{end}")
    for value in range(3):
        keep(url, value)
        getattr(service, end)()
        assert not service.is_up()
        service.start()

    assert rows(url) == [(0,), (1,), (2,)]


def test_a_kill_ends_a_busy_client_too(service):
    url = service.create_database("busy")
    client = psycopg.connect(url, autocommit=True)
    client.execute("CREATE TABLE numbers AS SELECT generate_series(1, 1000000) AS n")

    service.kill()
    service.start()

    with pytest.raises(psycopg.OperationalError):
        client.execute("SELECT 1")
    assert rows(url, "SELECT count(*) FROM numbers") == [(1000000,)]


def test_one_that_ended_by_itself_has_died_with_its_last_words(fresh):
    fresh.raise_if_died()

    end_behind_its_back(fresh)

    with pytest.raises(ServiceDied, match=r"ended by itself(.|\n)*immediate shutdown"):
        fresh.raise_if_died()
    with pytest.raises(ServiceDied, match="ended by itself"):
        fresh.start()


def test_a_close_is_final(fresh):
    url = fresh.create_database("gone")

    fresh.close()
    fresh.close()

    fresh.raise_if_died()
    with pytest.raises(psycopg.OperationalError):
        rows(url)
    with pytest.raises(ServiceDied, match="closed"):
        fresh.start()


def test_a_pool_has_one_and_does_not_start_it_again(provider, reaper):
    with Services(provider, reaper) as pool:
        service = pool.postgres()
        service.stop()

        assert pool.postgres() is service
        assert not service.is_up()


class TestEmbedded:
    """What only the provider `embedded` has to get right."""

    def test_its_folder_is_gone_after_its_close(self, embedded):
        embedded.start()
        folder = embedded._folder
        assert folder.exists()

        embedded.close()

        assert not folder.exists()

    def test_it_cannot_be_reached_over_the_network(self, embedded):
        embedded.start()

        assert rows(embedded.create_database("x"), "SHOW listen_addresses") == [("",)]

    def test_other_users_cannot_connect_though_no_password_is_asked_for(self, embedded):
        embedded.start()

        assert stat.S_IMODE(embedded._own.stat().st_mode) == 0o700
        assert stat.S_IMODE(next(embedded._own.glob(".s.PGSQL.*[0-9]")).stat().st_mode) == 0o700

    def test_a_socket_path_that_is_too_long_is_refused_in_time(self, monkeypatch, reaper, tmp_path):
        folder = tmp_path / ("x" * 100)
        folder.mkdir()
        monkeypatch.setattr(embedded_postgres.Reaper, "temporary_folder", lambda *_: folder)

        with pytest.raises(UsageError, match="TMPDIR"):
            EmbeddedPostgres(reaper)

    def test_a_cluster_that_cannot_be_made_says_why(self, embedded, monkeypatch):
        monkeypatch.setattr(embedded_postgres, "USER", "pg_reserved")

        with pytest.raises(ServiceDied, match=r"initdb(.|\n)*pg_reserved"):
            embedded.start()

    @AS_ROOT
    def test_as_root_it_runs_as_nobody(self, embedded):
        embedded.start()

        assert Path(f"/proc/{embedded._child.pid}").stat().st_uid == pwd.getpwnam("nobody").pw_uid

    @AS_ROOT
    def test_it_starts_from_a_checkout_that_nobody_may_enter_and_leaves_it_as_it_was(
        self, reaper, monkeypatch, tmp_path
    ):
        programs = postgres_programs.find_programs()
        if programs.wheel is None:
            missing("PostgreSQL's wheel is not installed")
        private = tmp_path / "private"
        private.mkdir(mode=0o700)
        for part in programs.wheel.glob(f"{postgres_programs.WHEEL}*"):
            shutil.copytree(part, private / part.name, copy_function=os.link)
        before = [(path, path.stat().st_mode, path.stat().st_uid) for path in private.rglob("*")]
        moved = private / programs.folder.relative_to(programs.wheel)
        inside = postgres_programs.Programs(moved, "from a private checkout", wheel=private)
        monkeypatch.setattr(embedded_postgres, "find_programs", lambda: inside)

        service = EmbeddedPostgres(reaper)
        service.start()

        assert service.is_up()
        service.close()
        assert before == [(path, path.stat().st_mode, path.stat().st_uid) for path in private.rglob("*")]

    @AS_ROOT
    def test_it_works_for_somebody_who_is_not_root(self):
        with short_folder() as folder:
            folder.chmod(0o777)
            python = _python_for_nobody()
            done = subprocess.run(
                [*AS_NOBODY, python, "-c", ORDINARY_USER],
                env=_environment_for_nobody() | {"TMPDIR": str(folder), "HOME": str(folder)},
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=HANG,
                check=False,
            )

        assert done.returncode == 0, done.stderr
        assert done.stdout == "('preflight',)\n"


AS_NOBODY = ["setpriv", "--reuid=nobody", "--regid=65534", "--clear-groups", "--"]
# The first exec after setpriv may still have root's rights: the Python itself says whether it can be run.
USABLE = "import os, psycopg, sys; sys.exit(not os.access(sys.executable, os.X_OK))"
ORDINARY_USER = """
import psycopg
from harness.reaper import Reaper
from harness.services.embedded_postgres import EmbeddedPostgres
with Reaper() as reaper:
    service = EmbeddedPostgres(reaper)
    service.start()
    print(psycopg.connect(service.create_database("x")).execute("SELECT current_user").fetchone())
    service.close()
"""


def _environment_for_nobody() -> dict[str, str]:
    places = os.pathsep.join([str(ROOT), *(path for path in sys.path if path.endswith("site-packages"))])
    return {"PATH": os.defpath, "PYTHONPATH": places, "PYTHONDONTWRITEBYTECODE": "1"}


def _python_for_nobody() -> str:
    """A Python that the user nobody may run and that has PostgreSQL's driver: ours, or else the system's."""
    if shutil.which("setpriv") is None:
        missing("setpriv is not installed")
    for python in (sys.executable, "/usr/bin/python3"):
        command = [*AS_NOBODY, python, "-c", USABLE]
        if subprocess.run(command, env=_environment_for_nobody(), cwd="/", check=False).returncode == 0:
            return python
    return missing("no Python that the user nobody may run")


class TestCopyingThePrograms:
    """A copy that everyone may run, without a change to the original."""

    @pytest.fixture
    def wheel(self, tmp_path) -> Path:
        """A small wheel with files of all modes."""
        for name, mode in {
            "bin/postgres": 0o755,
            "bin/initdb": 0o700,
            "share/x/public": 0o644,
            "share/x/private": 0o600,
        }.items():
            file = tmp_path / "wheel/package/pginstall18" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(name)
            file.chmod(mode)
        (tmp_path / "wheel/package/pginstall18/lib").mkdir()
        (tmp_path / "wheel/package/pginstall18/share/x").chmod(0o700)
        return tmp_path / "wheel"

    def copy(self, wheel: Path, target: Path) -> dict[str, int]:
        """Copy and return each path's mode."""
        original = wheel / "package/pginstall18/bin"
        programs = postgres_programs.Programs(original, "of a test", wheel=wheel)
        folder = programs.copied_to(target).folder.parent
        return {str(path.relative_to(folder)): stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*")}

    def test_everyone_may_use_the_copy(self, wheel, tmp_path):
        assert self.copy(wheel, tmp_path / "copy") == {
            "bin": 0o755,
            "bin/postgres": 0o755,
            "bin/initdb": 0o755,
            "lib": 0o755,
            "share": 0o755,
            "share/x": 0o755,
            "share/x/public": 0o644,
            "share/x/private": 0o644,
        }

    def test_the_originals_keep_their_modes(self, wheel, tmp_path):
        before = {path: path.stat().st_mode for path in wheel.rglob("*")}

        self.copy(wheel, tmp_path / "copy")

        assert before == {path: path.stat().st_mode for path in wheel.rglob("*")}

    def test_what_everyone_may_read_is_linked_and_the_rest_is_copied(self, wheel, tmp_path):
        self.copy(wheel, tmp_path / "copy")

        inside = "package/pginstall18/share/x"
        assert (tmp_path / "copy" / inside / "public").samefile(wheel / inside / "public")
        assert not (tmp_path / "copy" / inside / "private").samefile(wheel / inside / "private")

    def test_across_file_systems_all_is_copied(self, wheel, tmp_path, monkeypatch):
        def refuse(*_: object) -> None:
            raise OSError("Invalid cross-device link")

        monkeypatch.setattr(os, "link", refuse)

        assert self.copy(wheel, tmp_path / "copy")["share/x/public"] == 0o644

    def test_the_systems_own_programs_are_left_where_they_are(self, tmp_path):
        programs = postgres_programs.Programs(Path("/usr/lib/postgresql/15/bin"), "of the system")

        assert programs.copied_to(tmp_path) is programs


class TestFindingThePrograms:
    """The wheel comes first, then PATH, then Debian's folders."""

    @pytest.fixture
    def no_wheel(self, monkeypatch, tmp_path) -> Path:
        """A machine without the wheel, with an empty PATH; its folder of PostgreSQLs."""
        monkeypatch.setattr(postgres_programs, "find_spec", lambda _: None)
        monkeypatch.setattr(postgres_programs, "SYSTEM", tmp_path / "system")
        monkeypatch.setenv("PATH", str(tmp_path / "path"))
        return tmp_path

    def install(self, folder: Path) -> Path:
        """Put the two programs there."""
        folder.mkdir(parents=True)
        for program in ("initdb", "postgres"):
            (folder / program).touch(mode=0o755)
        return folder

    def test_the_wheel_is_preferred(self):
        assert postgres_programs.find_programs().origin.endswith("wheel")

    def test_the_path_comes_before_the_systems_folder(self, no_wheel):
        self.install(no_wheel / "system/15/bin")
        on_path = self.install(no_wheel / "path")

        assert postgres_programs.find_programs().folder == on_path

    def test_the_newest_of_the_systems_folder_is_taken(self, no_wheel):
        self.install(no_wheel / "system/9.6/bin")
        newest = self.install(no_wheel / "system/15/bin")

        assert postgres_programs.find_programs().folder == newest

    @pytest.mark.usefixtures("no_wheel")
    def test_without_any_the_reader_is_told_what_to_do(self):
        with pytest.raises(UsageError, match="install"):
            postgres_programs.find_programs()


def test_a_frozen_one_is_silent_until_it_is_resumed_and_keeps_its_clients(fresh):
    fresh.start()
    with psycopg.connect(fresh.create_database("kept")) as connection:
        fresh.freeze()
        assert not fresh.is_up()
        fresh.raise_if_died()
        fresh.resume()
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_each_name_is_a_server_of_its_own(pool):
    assert pool.postgres("own") is pool.postgres("own")
    assert pool.postgres("own") is not pool.postgres()
