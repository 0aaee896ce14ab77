"""The environment of a lock."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.errors import PreflightError
from harness.reaper import Reaper
from harness.stack import environment
from harness.stack.lock import Lock
from harness.stack.uv import Uv
from harness.tests.test_stack_wheels import THIS, locked, market, wheel


class Place:
    """A folder for one lock's environment, and packages to make it of."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, reaper: Reaper) -> None:
        self.wheels = market(folder, monkeypatch)
        self.folder = folder / "environments" / "one"
        self.uv = Uv(reaper)
        files = [wheel(self.wheels, "apple", "1.0", "core<2"), wheel(self.wheels, "core", "1.5")]
        self.lock = Lock(locked(*files))
        wheel(self.wheels, "core", "2.0")

    def build(self, folder: Path | None = None) -> Path:
        """Build or keep the environment; returns its interpreter."""
        return environment.build(folder or self.folder, self.lock, THIS, self.uv, [])

    def differences(self, folder: Path | None = None) -> str:
        """In what it differs from its lock."""
        return "; ".join(environment.differences(folder or self.folder, self.lock.pins(THIS)))

    @property
    def site(self) -> Path:
        """Where packages are."""
        return next(self.folder.glob("lib/python3.*/site-packages"))


@pytest.fixture
def place(tmp_path, monkeypatch, reaper):
    """Packages, and an environment that is not built yet."""
    return Place(tmp_path, monkeypatch, reaper)


@pytest.fixture
def built(place):
    """The same with the environment built, and a mark in it that goes when it is built again."""
    place.build()
    (place.folder / "mark").touch()
    return place


def version_of_core(python: Path) -> str:
    """What an environment's own interpreter imports."""
    import subprocess  # noqa: PLC0415 - for this alone

    command = [python, "-I", "-c", "import apple, core; print(core.VERSION)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_an_environment_holds_what_the_lock_says_and_nothing_else(place):
    assert version_of_core(place.build()) == "1.5"
    assert place.differences() == ""


def test_one_that_is_as_it_was_is_kept(built):
    built.build()

    assert (built.folder / "mark").exists()


DAMAGE = {
    "changed file": (lambda site: (site / "core.py").write_text("VERSION = '9'\n"), "core.py: changed or gone"),
    "missing file": (lambda site: (site / "core.py").unlink(), "core.py: changed or gone"),
    "extra file": (lambda site: (site / "stray.py").touch(), "stray.py: of no package"),
    "extra path file": (lambda site: (site / "stray.pth").touch(), "stray.pth: of no package"),
    "extra compiled module": (lambda site: (site / "stray.pyc").touch(), "stray.pyc: of no package"),
    "extra file in a folder": (
        lambda site: (site / "stray").mkdir() or (site / "stray" / "x.py").touch(),
        "stray/x.py: of no package",
    ),
    "missing package": (
        lambda site: shutil.rmtree(site / "core-1.5.dist-info") or (site / "core.py").unlink(),
        "core: absent, not 1.5",
    ),
    "package without a record": (lambda site: (site / "core-1.5.dist-info" / "RECORD").unlink(), "core: absent"),
    "other version": (
        lambda site: (site / "core-1.5.dist-info").rename(site / "core-2.0.dist-info"),
        "core: 2.0, not 1.5",
    ),
    "no packages at all": (shutil.rmtree, "is not an environment"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_one_that_differs_is_named_and_built_again(built, kind):
    damage, said = DAMAGE[kind]
    damage(built.site)
    assert said in built.differences()

    assert version_of_core(built.build()) == "1.5"
    assert built.differences() == ""
    assert not (built.folder / "mark").exists()


def test_an_extra_package_is_named_and_built_away(built):
    wheel(built.wheels, "stranger", "3.0")
    built.uv.run(["pip", "install", "--python", built.folder / "bin" / "python", "stranger"])
    assert built.differences() == "stranger: 3.0, not absent"

    built.build()
    assert built.differences() == ""


def test_another_version_put_in_by_hand_is_named_and_built_away(built):
    built.uv.run(["pip", "install", "--python", built.folder / "bin" / "python", "--no-deps", "core==2.0"])
    assert built.differences() == "core: 2.0, not 1.5"

    assert version_of_core(built.build()) == "1.5"


def test_an_environment_whose_interpreter_is_gone_is_built_again(built):
    (built.folder / "bin" / "python").unlink()

    assert version_of_core(built.build()) == "1.5"


def test_a_build_that_was_cut_short_is_begun_anew(built):
    (built.folder / environment.STAMP).unlink()

    built.build()
    assert not (built.folder / "mark").exists()
    assert (built.folder / environment.STAMP).exists()


def test_a_change_in_one_environment_reaches_no_other(built, tmp_path):
    other = tmp_path / "environments" / "two"
    built.build(other)
    with (built.site / "core.py").open("a") as file:
        file.write("VERSION = 'changed in place'\n")

    assert built.differences(other) == ""
    assert version_of_core(built.build(tmp_path / "environments" / "three")) == "1.5"


def test_a_package_that_is_not_the_locked_one_is_refused_in_one_line_and_leaves_nothing_to_trust(place):
    right = (place.wheels / "core-1.5-py3-none-any.whl").read_bytes()
    wheel(place.wheels, "core", "1.5", files={"core.py": "VERSION = 'evil'\n"})
    with pytest.raises(PreflightError) as caught:
        place.build()

    assert "\n" not in str(caught.value)
    assert not (place.folder / environment.STAMP).exists()
    (place.wheels / "core-1.5-py3-none-any.whl").write_bytes(right)
    assert version_of_core(place.build()) == "1.5"


def test_a_lock_without_hashes_is_refused(place):
    place.lock = Lock("core==1.5\n")

    with pytest.raises(PreflightError, match="hash"):
        place.build()


def test_an_environment_that_differs_even_when_fresh_is_refused(place, monkeypatch):
    monkeypatch.setattr(environment, "differences", lambda *_: ["core: 2.0, not 1.5"])

    with pytest.raises(PreflightError, match=r"differs from its lock even when fresh: core: 2.0, not 1.5"):
        place.build()
    assert not (place.folder / environment.STAMP).exists()


def test_two_that_build_the_same_at_once_end_with_one_good_environment_built_once(place, reaper, monkeypatch):
    installs = []
    install = environment._install
    monkeypatch.setattr(environment, "_install", lambda *given: installs.append(given) or install(*given))

    with ThreadPoolExecutor(2) as both:
        futures = [
            both.submit(environment.build, place.folder, place.lock, THIS, uv, []) for uv in (place.uv, Uv(reaper))
        ]
        interpreters = {future.result() for future in futures}

    assert interpreters == {place.folder / "bin" / "python"}
    assert len(installs) == 1
    assert place.differences() == ""
