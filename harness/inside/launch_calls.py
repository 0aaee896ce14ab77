"""Runs inside a stack's process: sets Django up, then calls what it is asked to call, one line of JSON after another.

Usage: launch_calls.py REPORT_FILE DESCRIPTOR_OF_A_SOCKET
A request is {"function": "module:name", "arguments": {...}}, an answer {"returned": value} or {"raised": text}.
"""

import importlib
import json
import socket
import sys
from typing import Any

from preflight_report import report


def main() -> None:
    """Answer until the other end closes."""
    path, descriptor = sys.argv[1:]
    sys.path[0] = ""
    import django  # noqa: PLC0415 - the app's folder must be first on the module path by then

    django.setup()
    report(path)
    with socket.socket(fileno=int(descriptor)) as channel, channel.makefile("rw") as lines:
        for line in lines:
            lines.write(answer(**json.loads(line)) + "\n")
            lines.flush()


def answer(function: str, arguments: "dict[str, Any]") -> str:
    """Call it; whatever it raises is an answer too."""
    module, _, name = function.partition(":")
    try:
        return json.dumps({"returned": getattr(importlib.import_module(module), name)(**arguments)})
    except Exception as error:  # noqa: BLE001 - whoever asked shall know
        return json.dumps({"raised": f"{type(error).__name__}: {error}"})


main()
