"""The load comparison in a gate's report."""

import json

import pytest

from ci.report.page import html
from ci.tests.load_runs import data_of, rounds_of
from ci.tests.report_runs import finished

TITLE = "Each metric&#39;s ratio, its 95 % interval, and what is allowed"


@pytest.fixture
def report(tmp_path):
    """The report of a run with so many load comparisons."""

    def report(comparisons: int) -> str:
        run = finished(tmp_path)
        for name in ("load", "load-again")[:comparisons]:
            (run.path / name).mkdir()
            (run.path / name / "load.json").write_text(json.dumps(data_of(rounds=rounds_of())))
        return html(run)

    return report


def test_a_run_without_load_has_no_section_of_it(report):
    assert 'id="load"' not in report(0)


def test_the_plots_of_the_comparison_stand_in_the_report_itself(report):
    text = report(1)

    assert text.count(TITLE) == 1
    assert text.partition('id="load"')[2].count("<svg") >= 3
    assert 'href="load/load.html"' in text


def test_what_confirmed_it_is_named_and_its_plots_are_left_to_its_own_page(report):
    text = report(2)

    assert text.count(TITLE) == 1
    assert 'href="load-again/load.html"' in text
