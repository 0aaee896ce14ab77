"""What a stack's processes must report about themselves."""

import subprocess
import sys

import pytest

from harness.errors import WrongVersions
from harness.processes.interpreter import Interpreter, canonical, installed

PINS = {"celery": "5.3.6", "django-celery-beat": "2.5.0"}
REPORTED = {"celery": "5.3.6", "django_celery.beat": "2.5.0"}


def stack(web_server: str | None = None, **more: str) -> Interpreter:
    """A stack of two packages."""
    return Interpreter("old", "/env/bin/python", PINS | more, web_server, "3.11.7")


def test_what_reports_exactly_the_pins_is_accepted_however_names_are_spelt():
    stack().require(REPORTED, "worker", "3.11.7")


@pytest.mark.parametrize(
    ("reported", "said"),
    [
        ({**REPORTED, "celery": "5.7.0"}, "celery 5.7.0 instead of 5.3.6"),
        ({**REPORTED, "celery": "5.3.6.post1"}, "celery 5.3.6.post1 instead of 5.3.6"),
        ({"celery": "5.3.6"}, "django-celery-beat None instead of 2.5.0"),
        ({**REPORTED, "Packaging": "23.2"}, "packaging 23.2 instead of None"),
        ({**REPORTED, "gunicorn": "23.0.0"}, "gunicorn 23.0.0 instead of None"),
        ({}, "celery None instead of 5.3.6"),
    ],
    ids=["other version", "almost", "missing", "extra", "gunicorn", "nothing"],
)
def test_any_difference_means_that_nothing_counts(reported, said):
    with pytest.raises(WrongVersions, match=rf"^worker of old runs with .*{said}") as caught:
        stack().require(reported, "worker", "3.11.7")

    assert caught.value.exit_code == 3


def test_a_web_server_beside_the_pins_is_accepted_only_where_it_is_a_layer():
    stack("/web").require({**REPORTED, "gunicorn": "23.0.0"}, "web", "3.11.7")
    stack("/web").require(REPORTED, "worker", "3.11.7")


def test_a_web_server_that_is_a_pin_must_be_the_pinned_one():
    pinned = stack(gunicorn="22.0.0")
    pinned.require({**REPORTED, "Gunicorn": "22.0.0"}, "web", "3.11.7")

    with pytest.raises(WrongVersions, match=r"gunicorn 23.0.0 instead of 22.0.0"):
        pinned.require({**REPORTED, "gunicorn": "23.0.0"}, "web", "3.11.7")


def test_what_the_web_server_would_bring_is_not_accepted_with_it():
    with pytest.raises(WrongVersions, match="packaging"):
        stack("/web").require({**REPORTED, "gunicorn": "23.0.0", "packaging": "23.2"}, "web", "3.11.7")


def test_many_differences_are_told_in_one_line():
    with pytest.raises(WrongVersions) as caught:
        stack().require({f"p{number}": "1" for number in range(50)}, "worker", "3.11.7")

    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("web_server", [None, "/web"])
def test_an_interpreter_is_handed_on_whole(web_server):
    assert Interpreter.from_json(stack(web_server).to_json()) == stack(web_server)


def test_commands_are_beside_the_interpreter():
    assert str(stack().bin) == "/env/bin"


@pytest.mark.parametrize("name", ["Django_Celery.Beat", "django-celery-beat", "DJANGO--celery_.beat"])
def test_names_are_canonical(name):
    assert canonical(name) == "django-celery-beat"


def test_what_is_installed_is_told_by_canonical_name():
    found = installed()

    assert found["pytest"] == pytest.__version__
    assert all(name == canonical(name) for name in found)


@pytest.mark.parametrize("asked", ["harness.processes.interpreter.installed()", "reported()"])
def test_of_two_packages_of_one_name_the_one_that_is_imported_counts(tmp_path, asked):
    for place, version in (("first", "1.0"), ("second", "2.0")):
        info = tmp_path / place / f"twice-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: twice\nVersion: {version}\n")
    code = f"""
import json, sys
sys.path[:0] = sys.argv[1:]
import harness.processes.interpreter
def reported():
    sys.path.append("harness/inside")
    from preflight_report import report
    report(sys.argv[1] + "/report.json")
    return json.load(open(sys.argv[1] + "/report.json"))["packages"]
print({asked}["twice"])
"""
    command = [sys.executable, "-c", code, str(tmp_path / "first"), str(tmp_path / "second")]

    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1.0\n"


def test_a_process_on_another_python_does_not_count():
    with pytest.raises(WrongVersions, match=r"runs on Python 3\.12\.1 instead of 3\.11\.7"):
        stack().require(REPORTED, "worker", "3.12.1")
