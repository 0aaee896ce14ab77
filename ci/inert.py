"""Text from logs and packages, made harmless before it reaches a terminal or a file with a grammar."""

KEPT = "\n\t"


def inert(text: str) -> str:
    """The text with everything that terminals obey (C0, DEL, C1) or XML refuses shown as a ·."""
    return "".join("·" if _controls(letter) else letter for letter in text)


def _controls(letter: str) -> bool:
    control = (letter < " " and letter not in KEPT) or "\x7f" <= letter <= "\x9f"
    return control or "\ud800" <= letter <= "\udfff" or letter in "\ufffe\uffff"
