"""Whether two failures are the same. Pure."""

import re

from ci.inert import inert


def apart_from_numbers(cause: str) -> str:
    """The cause without what differs each time: ports, process ids, addresses, times."""
    return re.sub(r"0x[0-9a-f]+|\b[0-9a-f]{6,}\b|\d+", "#", inert(cause))
