"""The Celery app of the project.

Both `celery -A core.celery ...` and `celery -A core ...` find `app` here.
"""

import os

from celery import Celery, Task

# Before the app exists: Celery's Django support switches itself on only when this variable is set by then.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

app = Celery("core")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.task(bind=True, ignore_result=True)
def debug_task(self: Task) -> None:
    """Print the request that a worker received; nothing is kept."""
    print(f"Request: {self.request!r}")
