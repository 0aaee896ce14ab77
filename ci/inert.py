"""Text from logs and packages, made harmless before it reaches a terminal or a file with a grammar."""

KEPT = "\n\t"
LONGEST = 1500  # letters of a line for people; what is longer was never meant to be read
TURNING = {*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))}  # these show text in another order


def inert(text: str) -> str:
    """The text with a · for all that terminals obey (C0, DEL, C1), that XML refuses, or that turns text round."""
    return "".join("·" if _controls(letter) else letter for letter in text)


def one_line(text: str) -> str:
    """The text inert, on one line, its middle left out where it is too long to be read."""
    line = " ".join(inert(text).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 300]} … {line[-300:]}"


def _controls(letter: str) -> bool:
    control = (letter < " " and letter not in KEPT) or "\x7f" <= letter <= "\x9f"
    return control or letter in TURNING or "\ud800" <= letter <= "\udfff" or letter in "\ufffe\uffff"
