"""Machine's names as a person reads them."""

import pytest

from ci.report.words import begun, duration, number, sentence, variant

ODD = "scenarios/tasks/test_mail.py::test_redis_and_utc_are_named[a::b_c[1]]"


@pytest.mark.parametrize(
    ("scenario", "read"),
    [
        ("scenarios/audit/test_login.py::test_a_wrong_password_is_refused", "A wrong password is refused"),
        (ODD, "Redis and UTC are named"),
        ("scenarios/audit/test_login.py::TestLogin::test_it_works", "It works"),
        ("scenarios/audit/test_login.py", "Every scenario of scenarios/audit/test_login.py"),
    ],
)
def test_a_scenario_reads_as_a_sentence(scenario, read):
    assert sentence(scenario) == read


def test_parameters_are_told_apart_from_the_sentence():
    assert variant(ODD) == "a::b_c[1]"
    assert variant("scenarios/audit/test_login.py::test_one") == ""


@pytest.mark.parametrize(
    ("seconds", "read"),
    [
        (None, "not run"),
        (0.0, "0.0 s"),
        (9.94, "9.9 s"),
        (9.96, "10 s"),
        (59.6, "1 min 00 s"),
        (125, "2 min 05 s"),
    ],
)
def test_a_duration_is_as_exact_as_is_of_use(seconds, read):
    assert duration(seconds) == read


def test_a_run_tells_when_it_began_by_its_name():
    assert begun("20260301T030405Z-1a2b") == "2026-03-01 03:04 UTC"
    assert begun("a folder that somebody renamed") == ""


def test_a_number_goes_with_its_thing():
    assert [number(count, "line") for count in (0, 1, 2)] == ["0 lines", "1 line", "2 lines"]
