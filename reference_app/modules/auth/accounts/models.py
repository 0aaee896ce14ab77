"""Users, what proves who they are, and the record of their logins."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils import timezone


class User(AbstractUser):
    """A person who logs in by user name. Each e-mail address belongs to one user."""

    email = models.EmailField("email address", unique=True)


class AuthAuditLog(models.Model):
    """One thing that happened around a login. Not for application logs: a row is written once and stays."""

    # What makes a second delivery of one message, or a worker beside the request itself, write one row. NULL for rows
    # without a message, any number of them.
    event_id = models.UUIDField(null=True, blank=True, unique=True, editable=False)
    # SET_NULL: what happened stays on record when the user it happened to is removed.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="audit_logs"
    )
    event_type = models.CharField(max_length=64)
    ip_address = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.TextField(blank=True, default="")
    # Text and not JSON: a string comes back letter for letter and None is plainly SQL's NULL, where a JSON
    # column would wrap the string in quotes and know two different nothings.
    device_info = models.TextField(null=True, blank=True)
    success = models.BooleanField()
    details = models.JSONField(default=dict, blank=True)
    # A default and not auto_now_add, here and below, so that an import or a test can say when it was.
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "auth audit log entry"
        verbose_name_plural = "auth audit log entries"

    def __str__(self) -> str:
        return f"{self.event_type} at {self.created_at:%Y-%m-%d %H:%M:%S}"


class UserTOTPDevice(models.Model):
    """An authenticator that a user enrolled; unconfirmed until they typed its first code."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="totp_devices")
    name = models.CharField(max_length=64, blank=True, default="")
    confirmed = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "TOTP device"
        # The nightly clean-up asks for exactly these two.
        indexes = (models.Index(fields=["confirmed", "created_at"], name="totp_confirmed_created"),)

    def __str__(self) -> str:
        return self.name or f"TOTP device {self.pk}"


class BackupCode(models.Model):
    """A code that works once in place of a second factor. Only its hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="backup_codes")
    code_hash = models.CharField(max_length=128)
    used = models.BooleanField(default=False)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        # The nightly clean-up asks for exactly these two.
        indexes = (models.Index(fields=["used", "used_at"], name="backup_code_used_used_at"),)

    def __str__(self) -> str:
        return f"Backup code {self.pk} ({'used' if self.used else 'unused'})"
