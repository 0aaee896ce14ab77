"""Writes every warning of a process down, from the first import on. Python imports this file at its start.

The file is named by the environment variable WARNINGS_FILE. Python's own hook, warnings.showwarning, does not serve:
Celery replaces it when it sets logging up.
"""

import json
import os
import sys
import warnings

_show = warnings._showwarnmsg


def record(message):
    """Append one line, and let Python show the warning as ever."""
    line = json.dumps([sys.argv[0].rpartition("/")[2], message.category.__name__, str(message.message)])
    with open(os.environ["WARNINGS_FILE"], "a") as file:  # noqa: PTH123 - nothing beyond the need enters the process
        file.write(line + "\n")
    _show(message)


warnings._showwarnmsg = record
