"""What is asked of every page in a real browser."""

from collections.abc import Callable
from pathlib import Path

from harness.browser import Browser

WIDTHS = {320: 640, 390: 844, 1280: 900}
CONTRAST = 4.5  # WCAG 2.2, success criterion 1.4.3
# Every text that is shown, with the contrast between it and what is behind it, the least first.
LEAST_CONTRAST = """(() => {
  const channels = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => rgb.slice(0, 3).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (; element; element = element.parentElement) {
      const rgba = channels(getComputedStyle(element).backgroundColor);
      if (rgba.length === 3 || rgba[3] === 1) return rgba;
    }
    return [255, 255, 255];
  };
  const found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const pair = [light(channels(element.closest("svg") ? style.fill : style.color)), light(behind(element))].sort();
    found.push([(Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05), texts.currentNode.textContent.trim()]);
  }
  return found.sort((a, b) => a[0] - b[0])[0];
})()"""


def opener(browser: Browser, page: Path) -> Callable[..., Browser]:
    """Opens the page in a window of that width: opened(width, scheme)."""

    def opened(width: int = 1280, scheme: str = "light") -> Browser:
        browser.looks(width, WIDTHS[width], scheme)
        browser.events.clear()
        browser.open(page.as_uri())
        return browser

    return opened
