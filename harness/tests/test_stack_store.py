"""Every stack there is, by name, with an overlay or without."""

import subprocess

import pytest

from harness.errors import Unresolvable, UsageError
from harness.stack import layers, pythons
from harness.stack.store import Store
from harness.tests.test_stack_layers import PROJECT
from harness.tests.test_stack_wheels import THIS, locked, market, wheel


@pytest.fixture
def wheels(tmp_path, monkeypatch):
    """A machine with one Python, and a market of packages in which a tester and a web server can be had too."""
    monkeypatch.setattr(pythons, "found", lambda: (THIS,))
    wheels = market(tmp_path, monkeypatch)
    for version in ("1.4", "1.5", "2.0"):
        wheel(wheels, "core", version)
    wheel(wheels, "apple", "1.0", "core<2")
    for name in ("tester", "gunicorn"):
        wheel(wheels, name, "1.0")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "uv.lock").write_text('[[package]]\nname = "gunicorn"\nversion = "1.0"\n')
    monkeypatch.setattr(layers, "PROJECT", tmp_path)
    return wheels


@pytest.fixture
def store(tmp_path, wheels, reaper):
    """A store with a locked stack `some` and one without a lock, `new`."""
    folder = tmp_path / "stacks"
    folder.mkdir()
    for name in ("some", "new"):
        text = f'python = "{THIS.minor}"\nas_of = 2026-11-22\nrequirements = ["core<2"]\n'
        (folder / f"{name}.toml").write_text(text)
    header = f"# python: {THIS.minor}\n# as of: 2026-11-22\n"
    (folder / "some.lock").write_text(header + locked(wheels / "core-1.4-py3-none-any.whl"))
    return Store(folder, tmp_path / "environment-cache", reaper)


def test_stacks_are_named_sorted(store):
    assert store.names() == ["new", "some"]


def test_a_stack_is_what_its_lock_says_not_what_could_be_had(store):
    stack = store.get("some")

    assert (stack.name, stack.python, stack.pins, stack.moved) == ("some", THIS, {"core": "1.4"}, {})


def test_a_stack_is_described_for_people(store):
    assert store.describe("some") == {"python": THIS.minor, "as of": "2026-11-22", "core": "1.4"}


def test_an_overlay_moves_what_it_names_and_says_so(store):
    stack = store.get("some+core==2.0")

    assert (stack.name, stack.pins, stack.moved) == ("some+core==2.0", {"core": "2.0"}, {"core": ("1.4", "2.0")})


def test_an_overlay_leaves_the_rest_as_it_was_locked(store):
    stack = store.get("some+apple==1.0")

    assert stack.pins == {"core": "1.4", "apple": "1.0"}
    assert stack.moved == {"apple": (None, "1.0")}


def test_an_overlay_without_a_solution_is_unresolvable(store):
    with pytest.raises(Unresolvable, match=r"apple==1.0 and core==2.0|core==2.0 and apple==1.0"):
        store.get("some+apple==1.0+core==2.0")


@pytest.mark.parametrize(
    "spec", ["nope", "", "+core==2.0", "some+", "some+==", "some+core @ file:///x", "../some", "new"]
)
def test_what_cannot_be_asked_for_is_a_usage_error_before_anything_is_resolved(store, spec, monkeypatch):
    monkeypatch.setattr("harness.stack.resolver.resolve", lambda *_: pytest.fail("resolved"))

    for ask in (store.check, store.get):
        with pytest.raises(UsageError):
            ask(spec)


def test_what_can_be_asked_for_passes_the_check_without_being_resolved(store, monkeypatch):
    monkeypatch.setattr("harness.stack.resolver.resolve", lambda *_: pytest.fail("resolved"))

    store.check("some")
    store.check("some+core==99")


def test_a_stack_whose_python_is_not_there_is_a_usage_error(store, monkeypatch):
    monkeypatch.setattr(pythons, "found", tuple)

    with pytest.raises(UsageError, match="is not installed"):
        store.check("some")


def test_renewing_takes_the_newest_that_is_allowed_and_says_what_moved(store):
    assert store.renew("some") == {"core": ("1.4", "1.5")}
    assert store.get("some").pins == {"core": "1.5"}
    assert store.renew("some") == {}
    assert store.renew("new") == {"core": (None, "1.5")}


def test_a_renewal_that_fails_leaves_the_lock_alone(store, tmp_path, wheels):
    before = (tmp_path / "stacks" / "some.lock").read_text()
    for path in wheels.glob("core-*"):
        path.unlink()

    with pytest.raises(Unresolvable):
        store.renew("some")
    assert (tmp_path / "stacks" / "some.lock").read_text() == before


def test_a_stack_comes_back_out_of_a_lock_that_a_run_kept(store):
    text = store.get("some").lock.text

    assert store.from_lock("old", text, THIS.minor).pins == {"core": "1.4"}


def test_a_built_stack_imports_its_pins_first_and_the_layers_only_behind_them(store):
    built = store.build(store.get("some"))
    code = "import sys, core; sys.path += sys.argv[1:]; import tester, gunicorn; print(core.VERSION, tester.VERSION)"
    command = [built.interpreter, "-I", "-c", code, built.tools, built.web_server]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1.4 1.0\n"
    bare = subprocess.run([built.interpreter, "-I", "-c", "import tester"], capture_output=True, check=False)
    assert bare.returncode == 1


def test_two_stacks_of_one_lock_share_what_is_built(store):
    first = store.build(store.get("some"))
    second = store.build(store.from_lock("other name", store.get("some").lock.text, THIS.minor))

    assert (first.interpreter, first.tools, first.web_server) == (second.interpreter, second.tools, second.web_server)
