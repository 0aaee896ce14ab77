"""The app's models in Django's admin. The scheduler's models bring their own pages; one is made stricter."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from . import periodic_admin  # noqa: F401 - importing it replaces the scheduler's page
from .models import AuthAuditLog, BackupCode, User, UserTOTPDevice


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Django's page for users, which asks for the e-mail address at once: it must be there and be unique."""

    add_fieldsets = (*UserAdmin.add_fieldsets, (None, {"classes": ("wide",), "fields": ("email",)}))


@admin.register(AuthAuditLog)
class AuthAuditLogAdmin(admin.ModelAdmin):
    """The audit log, to look at only: a record that could be edited here would prove nothing."""

    list_display = ("created_at", "event_type", "success", "user", "ip_address")
    list_filter = ("event_type", "success")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "=ip_address")
    # The key rises with the time of writing and needs no index of its own.
    ordering = ("-pk",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuthAuditLog | None = None) -> bool:  # noqa: ARG002
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuthAuditLog | None = None) -> bool:  # noqa: ARG002
        return False


@admin.register(UserTOTPDevice)
class UserTOTPDeviceAdmin(admin.ModelAdmin):
    """The authenticators."""

    list_display = ("__str__", "user", "confirmed", "created_at")
    list_filter = ("confirmed",)
    list_select_related = ("user",)
    # A search box in place of a list of every user.
    autocomplete_fields = ("user",)


@admin.register(BackupCode)
class BackupCodeAdmin(admin.ModelAdmin):
    """The backup codes."""

    list_display = ("__str__", "user", "used", "used_at")
    list_filter = ("used",)
    list_select_related = ("user",)
    autocomplete_fields = ("user",)
