"""A tenant's own administration, mounted at ``admin.<base>/t/<slug>/`` (helpline/mounting.py)."""

from __future__ import annotations

from django.urls import path
from django.utils.module_loading import autodiscover_modules

from tenants.administration.site import tenant_site

autodiscover_modules("tenant_admin")

urlpatterns = [path("", tenant_site.urls)]
