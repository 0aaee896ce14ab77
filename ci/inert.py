"""Text from logs and packages, made harmless before it reaches a terminal or a file with a grammar."""

KEPT = "\n\t"
LONGEST = 1500  # letters of a line for people; what is longer was never meant to be read


def inert(text: str) -> str:
    """The text with everything that terminals obey (C0, DEL, C1) or XML refuses shown as a ·."""
    return "".join("·" if _controls(letter) else letter for letter in text)


def one_line(text: str) -> str:
    """The text inert, on one line, its middle left out where it is too long to be read."""
    line = " ".join(inert(text).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 300]} … {line[-300:]}"


def _controls(letter: str) -> bool:
    control = (letter < " " and letter not in KEPT) or "\x7f" <= letter <= "\x9f"
    return control or "\ud800" <= letter <= "\udfff" or letter in "\ufffe\uffff"
