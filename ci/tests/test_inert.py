"""Foreign text made harmless."""

import pytest

from ci.inert import inert


@pytest.mark.parametrize("text", ["", "plain", "é ✓ 😀", "tab\tand\nline", "[red]<b>&amp;"])
def test_text_without_commands_stays_as_it_is(text):
    assert inert(text) == text


@pytest.mark.parametrize(
    "number", [*range(9), 11, 12, 13, *range(14, 32), *range(127, 160), 0xD800, 0xDFFF, 0x202E, 0x2066]
)
def test_no_letter_that_commands_a_terminal_breaks_a_file_or_turns_text_round_is_left(number):
    shown = inert(f"a{chr(number)}b")

    assert chr(number) not in shown
    assert (shown[0], shown[-1]) == ("a", "b")
    shown.encode()
