"""`manage.py schedule_cleanup`, for deployments in which nobody opens the admin."""

from typing import Any

from django.core.management.base import BaseCommand

from modules.auth.accounts.periodic import DAILY_NAME, schedule_daily_clean_up


class Command(BaseCommand):
    """Make the daily clean-up's periodic task. Run it after each `migrate`: a second run changes nothing."""

    help = f'Makes the periodic task "{DAILY_NAME}" (03:00 UTC, enabled) unless one of that name is there.'

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Make it and say so, or leave the one that is there and say that."""
        said = "made" if schedule_daily_clean_up() else "is there already and stays as it is"
        self.stdout.write(f'Periodic task "{DAILY_NAME}": {said}.')
