"""Text from logs and packages, made harmless before it reaches a terminal or a file with a grammar."""

TURNING = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}  # these show text in another order
KEPT = "\n\t"


def inert(text: str) -> str:
    """The text with a · for all that terminals obey (C0, DEL, C1), that XML refuses, or that turns text round."""
    return "".join("·" if _controls(letter) else letter for letter in text)


def _controls(letter: str) -> bool:
    control = (letter < " " and letter not in KEPT) or "\x7f" <= letter <= "\x9f"
    return control or letter in TURNING or "\ud800" <= letter <= "\udfff" or letter in "\ufffe\uffff"
