"""gunicorn's configuration file: a worker reports once it has loaded the app."""

import os

from preflight_report import report


def post_worker_init(worker: object) -> None:
    """Called by gunicorn in each of its workers when the app is loaded."""
    del worker
    report(os.environ["PREFLIGHT_REPORT"])
