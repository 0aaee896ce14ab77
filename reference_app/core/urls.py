"""Every address that the project answers."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("modules.auth.accounts.urls")),
]
