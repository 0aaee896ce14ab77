"""How long the clean-up leaves a row alone, as the settings say it.

    UNCONFIRMED_TOTP_RETENTION_HOURS   hours that an unconfirmed TOTP device may wait for its first code
    USED_BACKUP_CODE_RETENTION_DAYS    days that a used backup code is kept

A setting that is absent has its default: a forgotten line never means "delete everything". A setting that is there
and makes no sense is refused for the same reason.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_ABSENT = object()


@dataclass(frozen=True)
class Retention:
    """One retention: the setting's name, the unit that it counts in ("hours", "days"), its default."""

    setting: str
    unit: str
    default: int

    def cutoff(self, now: datetime) -> datetime:
        """Return the instant before which a row is past its retention.

        Raises ImproperlyConfigured for anything but a whole number, zero or more, that reaches back to a date.
        """
        value = getattr(settings, self.setting, _ABSENT)
        value = self.default if value is _ABSENT else value
        # bool is a kind of int: True would be one hour.
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self._nonsense(value, "a whole number, zero or more")
        try:
            return now - timedelta(**{self.unit: value})
        except OverflowError:
            raise self._nonsense(value, "short enough to reach back to a date") from None

    def _nonsense(self, value: Any, wanted: str) -> ImproperlyConfigured:
        return ImproperlyConfigured(f"{self.setting} ({self.unit}) must be {wanted}; it is {value!r}.")


# The defaults are the same values as in core.settings.
UNCONFIRMED_TOTP = Retention("UNCONFIRMED_TOTP_RETENTION_HOURS", "hours", 24)
USED_BACKUP_CODE = Retention("USED_BACKUP_CODE_RETENTION_DAYS", "days", 90)
