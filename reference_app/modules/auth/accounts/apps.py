"""The app as Django knows it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Label `accounts`: Django's own `auth` app keeps its label beside `modules.auth`."""

    name = "modules.auth.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Register the system checks and signals, now that every model is there."""
        from . import checks, connections  # noqa: F401, PLC0415 - importing them registers them
