"""summary.md, below a pull request."""

import re

import pytest

from ci.report.markdown import code, plain
from ci.report.summary import MOST_FINDINGS, summary
from ci.tests.report_runs import HOSTILE, finished, stopped

SPAN = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")  # inline code by CommonMark: fences of one length

OURS = re.compile(r"</?(details|summary)>")


@pytest.fixture
def results(tmp_path):
    return finished(tmp_path).read_results()


def test_it_says_answer_stacks_findings_versions_and_how_to_repeat(results):
    text = summary(results)

    assert text.startswith("## ⛔ BLOCKED: `old` → `new`\n\n2 scenarios that pass on `old` fail on `new`")
    assert f"`./ci/preflight replay {results['run']} {results['findings'][0]['id']}`" in text
    assert "| `celery` | `5.3.6` | `5.7.0` |" in text
    assert "Ask again: `./ci/preflight gate --candidate new`" in text


def test_what_each_fault_did_is_told_folded(results):
    folded = summary(results).partition("<details>")[2].partition("</details>")[0]

    assert "<summary>1 fault, each with its setting" in folded
    assert "| `late` |" in folded


def test_a_run_without_faults_has_nothing_to_fold(results):
    assert "<details>" not in summary({**results, "scenarios": []})


def test_what_is_accepted_is_told_with_its_reason(results):
    [first, *others] = results["findings"]
    text = summary({**results, "findings": [{**first, "accepted": "because | of <b>"}, *others]})

    assert "| regressed, accepted: `because ¦ of <b>` | One |" in text


def test_a_run_without_stacks_says_why(tmp_path):
    text = summary(stopped(tmp_path).read_results())

    assert text.startswith("## ⚠️ INCONCLUSIVE")
    assert "Scenarios: none ran." in text
    assert "window.owned" in text


def test_foreign_text_is_nowhere_but_in_code(results, tmp_path):
    for text in (summary(results), summary(stopped(tmp_path / "other").read_results())):
        outside = OURS.sub("", SPAN.sub("", text))
        for sign in ("<", "@", "http", "www.", "[", "\x1b", "#1", "{{"):
            assert sign not in outside, outside


def test_every_row_of_a_table_has_as_many_cells_as_its_head(results):
    tables = re.findall(r"(?:^\|.*\n)+", summary(results), re.MULTILINE)

    assert len(tables) == 3
    for table in tables:
        assert len({row.count("|") for row in table.splitlines()}) == 1


def test_of_many_findings_the_first_are_shown_with_the_number_of_the_rest(results):
    many = {**results, "findings": results["findings"] * 10}

    text = summary(many)
    assert text.count("/preflight replay") == MOST_FINDINGS
    assert f"…and {len(many['findings']) - MOST_FINDINGS} more findings: all of them are in report.html." in text


@pytest.mark.parametrize("text", ["", "`", "``", "` a", "a|b", "a\\|b", "line\nline", HOSTILE, "\x1b[31m"])
def test_code_is_one_span_whatever_is_in_it(text):
    found = SPAN.fullmatch(code(text, 1000))

    assert found
    assert not set(found[2]) & set("|\n\x1b")


def test_long_text_is_cut():
    assert code("x" * 500, 10) == f"`{'x' * 10}…`"


def test_a_sentence_stays_plain_and_anything_else_is_code():
    assert plain("Celery is fixed") == "Celery is fixed"
    assert plain("ask @maintainers") == "`ask @maintainers`"
