"""load.html in a real headless browser, where this machine has one."""

import json

import pytest

from ci.loads.keep import keep
from ci.tests.browsing import CONTRAST, LEAST_CONTRAST, WIDTHS, opener
from ci.tests.load_runs import RAMP, data_of, rounds_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The page of a ramp in which the candidate is worse."""
    folder = tmp_path_factory.mktemp("run")
    rounds = rounds_of(shape=RAMP, worker_cpu_ms_per_event=1.3)
    keep(folder, json.loads(json.dumps(data_of(rounds=rounds, shape=RAMP))))
    return folder


@pytest.fixture
def page(folder, browser):
    """Opens it in a window of that width: page(width, scheme)."""
    return opener(browser, folder / "load.html")


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_window(page, width):
    assert page(width).run("document.documentElement.scrollWidth") <= width


def test_every_plot_is_as_wide_as_a_phone_lets_it_be_and_its_letters_can_be_read(page):
    shown = page(390)
    widths = shown.run("[...document.querySelectorAll('svg.plot')].map((one) => one.getBoundingClientRect().width)")
    letters = shown.run(
        "[...document.querySelectorAll('svg.plot text')].map((one) => one.getBoundingClientRect().height)"
    )
    assert len(widths) >= 6
    assert min(widths) > 300
    assert min(letters) >= 8


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_every_text_is_told_well_from_what_is_behind_it(page, width, scheme):
    least, text = page(width, scheme).run(LEAST_CONTRAST)
    assert least >= CONTRAST, text


def test_the_plots_take_their_colours_from_the_scheme(page):
    line = "getComputedStyle(document.querySelector('svg.plot text')).fill"
    assert page(scheme="dark").run(line) != page(scheme="light").run(line)


def test_no_request_leaves_and_nothing_is_complained_about(page, folder):
    shown = page()
    asked = {facts["request"]["url"] for method, facts in shown.events if method == "Network.requestWillBeSent"}
    assert {url for url in asked if not url.startswith("data:")} == {(folder / "load.html").as_uri()}
    assert [facts for method, facts in shown.events if method.startswith("Log.entry")] == []
