"""A tenant's own administration, mounted at ``admin.<base>/t/<slug>/`` (helpline/mounting.py)."""

from __future__ import annotations

from django.urls import include, path
from django.utils.module_loading import autodiscover_modules

from tenants.administration.site import tenant_site
from tenants.permissions import ADMINISTRATORS, lets_in

autodiscover_modules("tenant_admin")

urlpatterns = [
    # Before the site's own front page: while a line is being prepared its path is what one sees.
    lets_in(ADMINISTRATORS)(path("", include("retention.path.urls"))),
    path("", tenant_site.urls),
]
