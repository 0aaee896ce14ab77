"""Runs a stack's own `celery` command as if typed, and reports when Celery itself says that it is ready.

With PREFLIGHT_HISTORY in the environment it has Celery's signals about audit events written to that file; with
PREFLIGHT_TERM_AFTER_RECEIPT a worker is asked to end as soon after the receipt of a task as the file of that path says.
Usage: launch_celery.py REPORT_FILE PATH_OF_CELERY_COMMAND ARGUMENT...
"""

import os
import runpy
import signal
import sys
import threading
import time

import preflight_history
from preflight_report import report


def main() -> None:
    """Hand over to the command, with its own arguments and module path."""
    path, command, *arguments = sys.argv[1:]
    sys.argv = [command, *arguments]
    sys.path[0] = os.path.dirname(command)  # noqa: PTH120 - pathlib stays out of the process under test
    report_when_ready(path)
    if "PREFLIGHT_HISTORY" in os.environ:
        preflight_history.listen()
    if "PREFLIGHT_TERM_AFTER_RECEIPT" in os.environ:
        end_after_receipt(os.environ["PREFLIGHT_TERM_AFTER_RECEIPT"])
    runpy.run_path(command, run_name="__main__")


def report_when_ready(path: str) -> None:
    """Worker: it consumes. Beat: its schedule is about to be read. (celery.signals, documented)"""
    from celery import signals  # noqa: PLC0415 - a broken Celery must fail here as it would in the command

    def ready(**_: object) -> None:
        report(path)

    signals.worker_ready.connect(ready, weak=False)
    signals.beat_init.connect(ready, weak=False)


def end_after_receipt(path: str) -> None:
    """Once a file of that path is there: SIGTERM so many seconds after the next receipt, which takes it away."""
    from celery import signals  # noqa: PLC0415 - a broken Celery must fail here as it would in the command

    def received(**_: object) -> None:
        if os.path.exists(path):  # noqa: PTH110 - pathlib stays out of the process under test
            with open(path) as file:  # noqa: PTH123 - likewise
                seconds = float(file.read())
            os.unlink(path)  # noqa: PTH108 - likewise
            threading.Thread(target=end_after, args=(seconds,)).start()

    def end_after(seconds: float) -> None:
        time.sleep(seconds)
        os.kill(os.getpid(), signal.SIGTERM)

    signals.task_received.connect(received, weak=False)


main()
