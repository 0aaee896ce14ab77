"""Foreign text in GitHub-flavoured Markdown, where it can be nothing but text."""

import re

from ci.inert import inert


def plain(text: str) -> str:
    """A text as it is when there is nothing but letters, digits and spaces in it, else as code."""
    return text if all(letter.isalnum() or letter == " " for letter in text) else code(text)


def code(text: str, most: int = 160) -> str:
    """A text as inline code: there nothing is markup, a mention or a link. Longer texts are cut after `most` letters.

    A | would end a table's cell, escaped or not, depending on what stands before it: it becomes ¦.
    """
    line = " ".join(inert(text).split()).replace("|", "¦") or " "
    line = line if len(line) <= most else f"{line[:most]}…"
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    space = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{space}{line}{space}{fence}"
