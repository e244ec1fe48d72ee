"""What a tenant's desk host answers: its door and the desk."""

from __future__ import annotations

from django.urls import include, path
from django.views.generic import RedirectView

from chat.pages import handbook
from chat.pages.desk import desk
from chat.pages.links import forgotten, link
from chat.pages.theme import theme
from tenants.permissions import ANYBODY, MEMBERS, lets_in

urlpatterns = [
    path("", lets_in(ANYBODY)(RedirectView.as_view(pattern_name="desk"))),
    path("desk/", desk, name="desk"),
    lets_in(MEMBERS)(path("desk/", include("chat.pages.accounts.urls"))),
    path("desk/forgotten/", forgotten, name="forgotten"),
    path("desk/link/", link, name="link"),
    path("desk/office/", include("chat.pages.office.urls")),
    path("desk/handbook/", handbook.found, name="handbook"),
    path("desk/handbook/<slug:slug>/", handbook.article, name="handbook-article"),
    path("theme.css", theme, name="theme"),
]
