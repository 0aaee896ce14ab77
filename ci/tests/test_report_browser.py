"""report.html in a real headless browser, where this machine has one."""

import pytest

from ci.report.write import write
from ci.tests.browsing import CONTRAST, LEAST_CONTRAST, WIDTHS, opener
from ci.tests.report_runs import HOSTILE, finished, life, line, with_history

UNFOLD = "document.querySelectorAll('details').forEach((folded) => { folded.open = true; })"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A BLOCKED run with hostile text wherever there can be some."""
    run = finished(tmp_path_factory.mktemp("run"))
    moments = [line("moment", 0, detail="before"), line("fault", 2.1, detail=HOSTILE), *life(HOSTILE, 2, 3)]
    write(with_history(run, *moments))
    return run


@pytest.fixture
def page(run, browser):
    """Opens the report in a window of that width: page(width, scheme)."""
    return opener(browser, run.path / "report.html")


def test_the_answer_is_the_first_thing_that_a_phone_shows_and_the_run_keeps_a_picture(page, run):
    phone = page(390)
    box = "(({top, bottom}) => [top, bottom])(document.querySelector('h1').getBoundingClientRect())"

    assert phone.run("document.querySelector('h1').textContent") == "BLOCKED"
    top, bottom = phone.run(box)
    assert 0 < top < bottom < WIDTHS[390] / 2
    (run.path / "report.png").write_bytes(phone.picture())
    assert (run.path / "report.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window_with_everything_unfolded(page, width):
    shown = page(width)
    shown.run(UNFOLD)

    assert shown.run("document.documentElement.scrollWidth") <= width
    assert shown.run("innerWidth") == width


def test_no_request_leaves_and_nothing_is_complained_about(page, run):
    shown = page()
    shown.run(UNFOLD)
    told = [(method, facts) for method, facts in shown.events]

    asked = {facts["request"]["url"] for method, facts in told if method == "Network.requestWillBeSent"}
    assert {url for url in asked if not url.startswith("data:")} == {(run.path / "report.html").as_uri()}
    assert [
        facts for method, facts in told if method.startswith(("Log.entry", "Runtime.exception", "Runtime.console"))
    ] == []


def test_hostile_text_is_shown_as_text_and_does_nothing(page):
    shown = page()
    shown.run(UNFOLD)

    assert shown.run("typeof window.owned") == "undefined"
    assert shown.run("document.querySelectorAll('img, main a').length") == 0
    assert "<img src=x onerror='window.owned = 1'>" in shown.run("document.body.innerText")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_text_is_told_well_from_what_is_behind_it(page, width, scheme):
    shown = page(width, scheme)
    shown.run(UNFOLD)

    least, text = shown.run(LEAST_CONTRAST)
    assert least >= CONTRAST, text


def test_dark_is_dark_and_light_is_light(page):
    background = "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"

    assert max(page(scheme="dark").run(background)) < 64
    assert min(page(scheme="light").run(background)) > 192
    assert page(scheme="dark").picture() != page(scheme="light").picture()


def test_the_filter_leaves_what_fits_all_words(page):
    shown = page()
    shown.run("filter.value = 'Schedule FIXED'; filter.dispatchEvent(new Event('input'))")
    rows = "[...document.querySelectorAll('[data-area] tbody tr')].filter((row) => row.checkVisibility())"

    assert shown.run(f"{rows}.length") == 1
    assert "Celery is fixed" in shown.run(f"{rows}[0].textContent")
    shown.run("filter.value = ''; filter.dispatchEvent(new Event('input'))")
    assert shown.run("document.querySelectorAll('[data-area][open], [data-area][hidden]').length") == 0


def test_a_replay_line_is_copied_as_it_stands(page, run):
    shown = page()
    shown.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    shown.run("document.querySelector('article [data-copy]').closest('details').open = true")
    shown.run("document.querySelector('article [data-copy]').click()")

    [first, *_] = run.read_results()["findings"]
    assert shown.run("window.copied") == first["replay"]


def test_without_scripts_everything_can_be_read_and_no_dead_button_is_shown(page, browser):
    browser.tell("Emulation.setScriptExecutionDisabled", value=True)
    try:
        shown = page()
        assert "Celery is fixed" in shown.run("document.body.textContent")
        assert (
            shown.run("[...document.querySelectorAll('button, input')].some((one) => one.checkVisibility())") is False
        )
    finally:
        browser.tell("Emulation.setScriptExecutionDisabled", value=False)
