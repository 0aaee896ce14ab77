"""What is known to fail on some releases may fail in the way that is known, and in no other."""

from types import SimpleNamespace

import pytest

from harness.expected_failures import tell_others

DEAF = pytest.mark.red_on("pytest>=1", "issue 1", cause="it is deaf").mark
OF_OTHERS = pytest.mark.red_on("pytest<1", "issue 2", cause="it has lost").mark
ANYHOW = pytest.mark.red_on("pytest>=1", "issue 3").mark


def told(*marks, says="it is deaf", outcome="skipped"):
    """What becomes of an expected failure that says this, of a scenario with these marks."""
    text = SimpleNamespace(reprcrash=SimpleNamespace(message=says))
    report = pytest.TestReport("a.py::test", ("a.py", 1, "test"), {}, outcome, text, "call")
    report.wasxfail = "known"
    tell_others(SimpleNamespace(iter_markers=lambda _: marks), report)
    return report.outcome, hasattr(report, "wasxfail")


def test_a_failure_with_the_known_cause_is_expected():
    assert told(DEAF) == ("skipped", True)


def test_a_failure_with_another_cause_is_a_failure():
    assert told(DEAF, says="it has lost an event") == ("failed", False)


def test_what_is_known_of_other_releases_excuses_nothing():
    assert told(DEAF, OF_OTHERS, says="it has lost an event") == ("failed", False)


def test_where_no_cause_is_named_any_failure_is_expected():
    assert told(DEAF, ANYHOW, says="it has lost an event") == ("skipped", True)


def test_what_has_passed_stays_as_it_is():
    assert told(DEAF, says="", outcome="passed") == ("passed", True)
