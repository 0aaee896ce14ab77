"""pytest's door: options, and the harness's fixtures handed to every suite."""

import os
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from harness import session as sessions
from harness import tables
from harness.clocks import FakedClock, find_library
from harness.errors import PreflightError
from harness.expected_failures import expect_failures, tell_others
from harness.hold import HOLD, Hold
from harness.processes.launcher import REFERENCE_APP, Launcher
from harness.processes.process import Process, Web
from harness.recorder import Recorder
from harness.selection import Selection, ids_in, named
from harness.services.base import RedisService, ServicePool
from harness.services.provider import engine_problem
from harness.session import Session

SCENARIOS = Path(__file__).parent / "scenarios"
RESULTS = "PREFLIGHT_RESULTS"  # the file that the gate reads outcomes from
RECORDER = "preflight recorder"
SESSION = pytest.StashKey[Session]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """--services and --full, as the gate's own options of these names; the other two are for the gate."""
    choices = ("auto", "container", "embedded")
    parser.addoption("--services", choices=choices, default="auto", help="who provides Redis and PostgreSQL")
    parser.addoption("--full", action="store_true", help="also run what is left to the gate's long form")
    parser.addoption("--only", metavar="FILE", help="run the scenarios whose ids are in FILE, and no others")
    parser.addoption("--known", metavar="FILE", help="leave out the scenarios whose ids are in FILE")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Begin a session and import the app, before pytest-django does; only when scenarios are asked for."""
    if results := os.environ.get(RESULTS):
        config.pluginmanager.register(Recorder(Path(results)), RECORDER)
    if folder := os.environ.get(HOLD):
        config.pluginmanager.register(Hold(Path(folder), sessions.SETTINGS))
    if not _wants_scenarios(config):
        return
    sys.path.insert(0, str(REFERENCE_APP))
    os.environ["DJANGO_SETTINGS_MODULE"] = "core.settings"
    if not config.option.collectonly:
        _begin(config)
    _import_app(config)


def _wants_scenarios(config: pytest.Config) -> bool:
    paths = [(config.invocation_params.dir / argument.partition("::")[0]).resolve() for argument in config.args]
    return any(path.is_relative_to(SCENARIOS) or SCENARIOS.is_relative_to(path) for path in paths)


def _begin(config: pytest.Config) -> None:
    name = os.environ.get("PYTEST_XDIST_WORKER", "main")
    try:
        session = config.stash[SESSION] = sessions.begin(config.getoption("--services"), name)
        config.add_cleanup(session.close)
        os.environ.update(session.settings())
    except PreflightError as error:
        pytest.exit(str(error), returncode=error.exit_code)


def _import_app(config: pytest.Config) -> None:
    import django  # noqa: PLC0415 - the harness's own tests run without the app

    try:
        django.setup()
    except Exception as error:
        if recorder := config.pluginmanager.getplugin(RECORDER):
            recorder.app_does_not_import(error)
        raise


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is not selected, and mark what is known to fail.

    The gate is told the plain outcome: there the other stack says whether it matters.
    """
    _select(config, items)
    if not config.pluginmanager.hasplugin(RECORDER):
        expect_failures(items)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """See expected_failures.tell_others."""
    report = yield
    tell_others(item, report)
    return report


def _select(config: pytest.Config, items: list[pytest.Item]) -> None:
    full, only, known = (config.getoption(name) for name in ("--full", "--only", "--known"))
    selection = Selection(full, ids_in(only), ids_in(known) or frozenset(), named(config.args))
    takes = {one: selection.takes(one.nodeid, long=one.get_closest_marker("full") is not None) for one in items}
    if left_out := [one for one in items if not takes[one]]:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [one for one in items if takes[one]]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let go of Celery's results while their Redis is there."""
    if SESSION in session.config.stash:
        _let_go_of_celery()


def _let_go_of_celery() -> None:
    """An AsyncResult that outlives its Redis blocks for some 19 s in its destructor."""
    import gc  # noqa: PLC0415 - for this alone

    from core import celery_app  # noqa: PLC0415 - the app is importable only now

    gc.collect()
    celery_app.close()


# Sessions and services ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def session(request: pytest.FixtureRequest) -> Session:
    """What this run works with."""
    return request.config.stash[SESSION]


@pytest.fixture(scope="session")
def services(session: Session) -> ServicePool:
    """Redis by name, and PostgreSQL."""
    return session.services


@pytest.fixture
def own_redis(session: Session) -> RedisService:
    """A Redis that nobody else uses, for scenarios that do it harm; empty."""
    return session.redis("own")


@pytest.fixture(scope="session")
def django_db_setup(session: Session) -> Iterator[None]:
    """The database's tables, made by the stack's own `manage.py migrate`; replaces pytest-django's test database.

    Behind each scenario that asks for `transactional_db` they are emptied in our way, not in Django's.
    """
    from django.db import connection  # noqa: PLC0415 - the app is importable only once a session has begun
    from django.test import TransactionTestCase  # noqa: PLC0415 - as above

    session.launcher().manage("migrate", "--verbosity", "1")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: tables.empty(connection))
        yield


@pytest.fixture(autouse=True)
def _services_alive(request: pytest.FixtureRequest) -> Iterator[None]:
    """A scenario during which a service died by itself says nothing about the stack."""
    yield
    if SESSION in request.config.stash:
        request.config.stash[SESSION].services.raise_if_died()


@pytest.fixture
def observe(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """Record a fact (name, JSON-able value) that the gate compares between stacks; neither pass nor fail.

    The name is "GROUP" or "GROUP: SUBJECT"; a number whose name or key ends in "seconds" or "bytes" is a measure with
    noise, all else is exact.
    Under pytest alone it is a property of the test, which --junit-xml shows.
    """
    return lambda name, value: request.node.user_properties.append((name, value))


@pytest.fixture
def faked_clock(session: Session, tmp_path: Path) -> FakedClock:
    """A clock for real processes: start them with `launcher.with_settings(**faked_clock.settings())`."""
    library = find_library()
    if library is None:
        _missing("libfaketime is not there: install Debian's package faketime")
    clock = FakedClock(library, tmp_path / "clock")
    if not clock.works_for(session.interpreter.python):
        _missing(f"{session.interpreter.stack}'s Python does not follow {library.name}")
    return clock


@pytest.fixture(scope="session")
def container_engine() -> None:
    """An engine answers, for scenarios that are about containers."""
    if problem := engine_problem():
        _missing(f"no container engine: {problem}; ci/engine starts one")


def _missing(part: str) -> NoReturn:
    """Without a part that this machine lacks nothing is learnt: a skip by hand, and no answer under CI=true."""
    if os.environ.get("CI") == "true":
        raise PreflightError(part)
    pytest.skip(part)


# Processes ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def launcher(session: Session, transactional_db: None) -> Iterator[Launcher]:
    """Starts workers, beats and web servers for one scenario, and stops them behind it."""
    launcher = session.launcher()
    yield launcher
    launcher.stop_all()


@pytest.fixture(scope="session")
def shared_worker(session: Session, django_db_setup: None) -> Iterator[Process]:
    """One worker with the plan's command, for all scenarios that do it no harm."""
    launcher = session.launcher()
    yield launcher.worker("--concurrency", "2", name="shared-worker")
    launcher.stop_all()


@pytest.fixture
def worker(shared_worker: Process, transactional_db: None) -> Process:
    """The shared worker, alive, beside a database that this scenario's processes see too."""
    from core import celery_app  # noqa: PLC0415 - the app is importable only once a session has begun

    if celery_app.conf.task_always_eager:
        raise PreflightError("an eager caller would never reach the worker")
    shared_worker.raise_if_exited()
    return shared_worker


@pytest.fixture(scope="session")
def shared_web(session: Session, django_db_setup: None) -> Iterator[Web]:
    """One web server, for all scenarios that do it no harm."""
    launcher = session.launcher()
    yield launcher.web(name="shared-web")
    launcher.stop_all()


@pytest.fixture
def web(shared_web: Web, transactional_db: None) -> Web:
    """The shared web server, alive, beside a database that this scenario's processes see too."""
    shared_web.raise_if_exited()
    return shared_web


@pytest.fixture
def eager() -> Iterator[None]:
    """Celery runs tasks in the calling process, and their exceptions reach the caller."""
    from core import celery_app  # noqa: PLC0415 - the app is importable only once a session has begun

    # Through update(), not monkeypatch: Celery's settings are a view whose attributes monkeypatch cannot put back.
    celery_app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    celery_app.conf.update(task_always_eager=False, task_eager_propagates=False)
