"""report.html as a document."""

import base64
import hashlib
import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from ci.report.page import html
from ci.tests.helpers import gate
from ci.tests.report_runs import HOSTILE, finished, life, line, stopped, with_history
from harness.errors import UsageError

VOID = {"meta", "link", "input", "br", "img"}


class Page(HTMLParser):
    """What a document is made of: its elements with their attributes, its text, and whether each end has its start."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements, self.open, self.text = [], [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data

    def all(self, *tags: str) -> list[dict]:
        """The attributes of every element of these kinds."""
        return [attributes for tag, attributes in self.elements if tag in tags]


@pytest.fixture(params=["finished", "with a history", "stopped"])
def text(request, tmp_path):
    run = stopped(tmp_path) if request.param == "stopped" else finished(tmp_path)
    if request.param == "with a history":
        with_history(run, *life(HOSTILE, 1), line("fault", 1.1, detail=HOSTILE))
    return html(run)


def test_every_element_is_closed_and_every_id_is_there_once(text):
    page = Page(text)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]

    assert page.open == []
    assert len(ids) == len(set(ids))


def test_hostile_text_is_text_and_makes_no_element(text):
    page = Page(text)

    assert "<img src=x onerror='window.owned = 1'>" in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert not page.all("img", "iframe", "object", "form", "base")
    assert len(page.all("script")) == 1
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    assert not set(text) & set("\x00\x07\x1b\u202e")


def test_links_lead_to_places_on_the_page_and_nothing_is_loaded(text):
    page = Page(text)
    ids = {f"#{attributes['id']}" for _, attributes in page.elements if "id" in attributes}

    assert {attributes["href"] for attributes in page.all("a")} <= ids
    assert {attributes["href"] for attributes in page.all("link")} == {"data:,"}
    assert not [attributes for _, attributes in page.elements if "src" in attributes]
    assert not re.search(r"@import|url\(", text[text.index("<style>") : text.index("</style>")])


def test_its_own_policy_lets_nothing_run_but_its_own_script(text):
    script = text[text.rindex("<script>") + len("<script>") : text.rindex("</script>")]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()

    [policy] = [attributes["content"] for attributes in Page(text).all("meta") if "http-equiv" in attributes]
    assert policy.startswith(
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}';"
    )


def test_headings_go_down_one_level_at_a_time_and_tables_have_scopes(text):
    page = Page(text)
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all("scope" in attributes for attributes in page.all("th"))
    assert [tag for tag, _ in page.elements if tag in ("header", "nav", "main", "footer")][:2] == ["header", "nav"]


def test_parts_for_which_a_run_has_nothing_are_left_out(tmp_path):
    ids = {attributes.get("id") for attributes in Page(html(stopped(tmp_path))).all("section")}

    assert ids == {"plan"}


def test_each_fault_with_its_setting_is_a_row(tmp_path):
    page = html(finished(tmp_path))
    faults = page.partition('<section id="faults"')[2].partition("</section>")[0]

    assert faults.count('<tr><th scope="row">') == 1
    assert "<td>late</td>" in faults


def test_a_run_without_results_has_no_page(tmp_path):
    with pytest.raises(UsageError, match=r"results\.json cannot be read"):
        html(gate(tmp_path).folder)
