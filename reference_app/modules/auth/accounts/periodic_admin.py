"""The scheduler's page for periodic tasks, refusing what beat or a worker could only fail on.

The scheduler's own form takes any task's name and any JSON; the mistake then shows at three in the morning, in a log.
"""

from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django_celery_beat.admin import PeriodicTaskAdmin, PeriodicTaskForm
from django_celery_beat.models import PeriodicTask
from kombu.utils.json import loads

from .periodic import registered_tasks


class CheckedPeriodicTaskForm(PeriodicTaskForm):
    """The scheduler's form, and what it lacks."""

    def clean(self) -> dict[str, Any]:
        """Refuse a task that no worker knows. A disabled row may name one: switching it off is a way out."""
        data: dict[str, Any] = super().clean()
        task = data.get("task")
        if task and data.get("enabled") and task not in registered_tasks():
            self.add_error("task", f"No worker knows the task {task}: its messages would be thrown away.")
        return data

    def clean_args(self) -> str:
        """Positional arguments are a JSON list."""
        return self._clean_shape("args", super().clean_args(), list, "a list")

    def clean_kwargs(self) -> str:
        """Keyword arguments are a JSON object."""
        return self._clean_shape("kwargs", super().clean_kwargs(), dict, "an object")

    @staticmethod
    def _clean_shape(field: str, text: str, shape: type, told: str) -> str:
        if not isinstance(loads(text), shape):
            raise ValidationError(f"{field} must be {told} in JSON.")
        return text


admin.site.unregister(PeriodicTask)


@admin.register(PeriodicTask)
class CheckedPeriodicTaskAdmin(PeriodicTaskAdmin):
    """The scheduler's page with the form above."""

    form = CheckedPeriodicTaskForm
