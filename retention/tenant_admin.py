"""What retention puts into the menu of a line's own administration."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from tenants.administration import menu

menu.add(menu.Group.START, _("The way to going live"), "path", place=10)
menu.add(menu.Group.START, _("Dry run"), "dry-run", place=20)
menu.add(menu.Group.START, _("Leaving the platform"), "leave", place=90)
