"""What the extra worker's processes saw, as lines of JSON that no log level or format can hide.

The file is named by the environment variable EXTRA_TRACE. Imported by the worker and by the scenarios' own process.
"""

import json
import os
from typing import Any


def record(what: str, task_id: "str | None", **facts: Any) -> None:
    """Append one line; each is short enough to be written whole by several processes at once."""
    line = json.dumps({"what": what, "id": task_id, **facts}, default=repr)
    with open(os.environ["EXTRA_TRACE"], "a") as file:  # noqa: PTH123 - nothing beyond the need enters the worker
        file.write(line + "\n")
