"""The Django project `core`.

The Celery app is made when the package is imported, so that every `shared_task` belongs to it, in the web
process and in `manage.py shell` as much as in a worker.
"""

from .celery import app as celery_app

__all__ = ("celery_app",)
