"""Pacts between lines, for the platform's operators: proposed for one line, decided for the other.

Each act is written at both lines and into both audit trails (referrals/partnerships.py).
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils.translation import gettext_lazy as _

from referrals.models import Partnership
from referrals.partnerships import Terms, accept, all_pacts, decline, propose, revoke
from tenants.admin import LookOnly
from tenants.errors import HelplineError
from tenants.models import Partner, Tenant

_ACTS = {"accept": accept, "decline": decline, "revoke": revoke}


def _lines() -> list[tuple[str, str]]:
    return [(line.slug, line.name) for line in Tenant.objects.order_by("name")]


class ProposalForm(forms.Form):
    """What one line asks of another."""

    giver = forms.ChoiceField(label=_("Passes on"), choices=_lines)
    taker = forms.ChoiceField(label=_("To"), choices=_lines)
    mode = forms.ChoiceField(label=_("How"), choices=Partner.Mode.choices)
    nb = forms.CharField(label=_("What belongs there (nb)"), required=False, widget=forms.Textarea)
    sv = forms.CharField(label=_("What belongs there (sv)"), required=False, widget=forms.Textarea)
    en = forms.CharField(label=_("What belongs there (en)"), required=False, widget=forms.Textarea)
    hours = forms.JSONField(
        label=_("Hours"),
        required=False,
        help_text=_(
            "[[0, “16:00”, “22:00”], …], Monday is 0; nothing: whenever the partner is open"
        ),
    )
    at_once = forms.IntegerField(label=_("Most at a time"), initial=3)
    waits_minutes = forms.IntegerField(label=_("Minutes until they are brought back"), initial=15)
    expires_on = forms.DateField(label=_("Ends on"), required=False)
    basis = forms.CharField(label=_("On which basis"), max_length=200)

    def terms(self) -> Terms:
        said = self.cleaned_data
        return Terms(
            mode=said["mode"],
            criteria={name: said[name] for name in ("nb", "sv", "en") if said[name]},
            hours=said["hours"] or [],
            at_once=said["at_once"],
            waits_minutes=said["waits_minutes"],
            expires_on=said["expires_on"],
        )


@admin.register(Partnership)
class PartnershipAdmin(LookOnly):
    """One page for all pacts: rows of several lines are not one queryset."""

    actions = None
    # Proposed and decided, by acts that each write at both lines.
    adds = changes = removes = False

    def get_urls(self) -> list[URLPattern]:
        """Leave out the pages of one row: which line's it would be is nowhere said."""
        return [one for one in super().get_urls() if (one.name or "").endswith("_changelist")]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = ProposalForm(request.POST if request.POST.get("act") == "propose" else None)
        if request.method == "POST":
            if not getattr(request.user, "is_superuser", False):
                raise PermissionDenied
            if self._has_acted(request, form):
                return redirect(reverse("admin:referrals_partnership_changelist"))
        content = {
            **self.admin_site.each_context(request),
            "title": _("Pacts between lines"),
            "pacts": all_pacts(),
            "form": form,
        }
        return TemplateResponse(request, "admin/referrals/partnerships.html", content)

    def _has_acted(self, request: HttpRequest, form: ProposalForm) -> bool:
        try:
            if request.POST.get("act") == "propose":
                return form.is_valid() and self._proposed(form)
            act = _ACTS[request.POST["act"]]
            line = Tenant.objects.get(slug=request.POST["line"])
            act(line, UUID(request.POST["pact"]), basis=request.POST.get("basis", ""))
        except (HelplineError, KeyError, ValueError, Tenant.DoesNotExist) as problem:
            messages.error(request, str(problem))
            return False
        return True

    @staticmethod
    def _proposed(form: ProposalForm) -> bool:
        said = form.cleaned_data
        giver, taker = (Tenant.objects.get(slug=said[name]) for name in ("giver", "taker"))
        propose(giver, taker, form.terms(), basis=said["basis"])
        return True
