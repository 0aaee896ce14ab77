"""A producer in a container: sends tasks as the app's web process would and reads their results.

Usage: container_producer.py REPORT HOLDS WORKS
Sends that many tasks of each kind, then stores {"python", "packages", "sent": [id], "results": [result]} under the key
REPORT in the result backend's Redis.
"""

import json
import sys

import django

RESULT_SECONDS = 90


def main() -> None:
    """Send, wait, report."""
    django.setup()
    from container_tasks import hold, identity, store, work  # noqa: PLC0415 - the app comes first

    from core import celery_app  # noqa: F401, PLC0415 - shared tasks belong to it

    report, holds, works = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    sent = [hold.delay() for _ in range(holds)] + [work.delay() for _ in range(works)]
    results = [one.get(timeout=RESULT_SECONDS) for one in sent]
    store().set(report, json.dumps({**identity(), "sent": [one.id for one in sent], "results": results}))


main()
