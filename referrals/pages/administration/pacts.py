"""Pacts with other lines: proposed, decided and ended by the line itself.  Rule: B3, B4, B5

A line reads its own half alone. What is asked of another line is what that line tells everybody: how
it is called, and what it promises. Whatever acts is written at both, in one scope after the other
(referrals/partnerships.py), so these views open their own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from babel.dates import get_day_names
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat.pages.languages import active_language, locale_of
from referrals.differing import Told, differences, told_by
from referrals.models import Partnership
from referrals.pages.administration.proposal import ProposalForm
from referrals.pages.pacts import OUTCOMES, Pact, months_in_words, pact_in_words
from referrals.pages.wording import DIFFERS, PACT_STATES
from referrals.partnerships import accept, decline, propose, revoke
from tenants.administration import menu
from tenants.administration.rows import member_of, tenant_of
from tenants.administration.site import tenant_site
from tenants.errors import HelplineError, Invalid, NotAllowed, NotFound
from tenants.models import Membership, Tenant
from tenants.scope import tenant_scope

State = Partnership.State
View = Callable[..., HttpResponse]

menu.add(
    menu.Group.PARTNERS,
    _("Passing on"),
    "admin:pacts",
    place=10,
    hint=_("With which other lines visitors are passed on. Rules B3, B4, B5"),
)
ACTS = {"accept": accept, "decline": decline, "revoke": revoke}
DONE = {
    "accept": _("The pact holds from now on."),
    "decline": _("The proposal is turned down."),
    "revoke": _("The pact is ended. Whoever is on the way comes back."),
}


@dataclass(frozen=True)
class PactLine:
    id: UUID
    state: str
    words: Pact
    hours: list[str]
    criteria: list[tuple[str, str]]
    acts: tuple[str, ...]


@dataclass(frozen=True)
class Differing:
    what: str
    here: str
    there: str


def own_scopes(view: View) -> View:
    """Mark a view that opens its own scopes (helpline/mounting.py)."""
    view.own_scopes = True  # type: ignore[attr-defined]  # read by the mount
    return view


@tenant_site.page("partners/", name="pacts")
@require_safe
def pacts(request: HttpRequest) -> HttpResponse:
    """Show the line's pacts, those that wait for it first, and the counts of months that are over."""
    tenant = tenant_of(request)
    language = active_language(tenant)
    names = dict(Tenant.objects.values_list("slug", "name"))
    lines = [_line(row, names, tenant, language) for row in Partnership.objects.all()]
    return tenant_site.show(
        request,
        "administration/pacts.html",
        title=_("Passing on"),
        waiting=[one for one in lines if "accept" in one.acts],
        standing=[one for one in lines if one.acts and "accept" not in one.acts],
        over=[one for one in lines if not one.acts],
        outcomes=list(OUTCOMES.values()),
        months=months_in_words(tenant, names, language),
    )


@tenant_site.page("partners/propose/", name="pact-propose")
@require_http_methods(["GET", "HEAD", "POST"])
@own_scopes
def proposal(request: HttpRequest) -> HttpResponse:
    """Propose a pact to another line of the platform, for this one."""
    tenant = tenant_of(request)
    partners = {one.slug: one for one in Tenant.objects.filter(live=True).exclude(pk=tenant.pk)}
    data = request.POST if request.method == "POST" else None
    form = ProposalForm(tenant, list(partners.values()), data)
    if form.is_valid():
        said = form.cleaned_data
        partner, actor = partners[said["partner"]], member_of(request)
        try:
            pact = propose(
                tenant,
                partner,
                form.terms(),
                gives=form.gives,
                actor=actor,
                basis=said["basis"],
            )
        except Invalid as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(request, _("It is proposed. The other line decides."))
            return redirect("admin:pact", pact)
    with tenant_scope(tenant):
        response = tenant_site.show(
            request, "administration/pact_propose.html", title=_("Propose a pact"), form=form
        ).render()
        response.status_code = 400 if form.errors else 200
        return response


@tenant_site.page("partners/<uuid:pact>/", name="pact")
@require_safe
@own_scopes
def pact_page(request: HttpRequest, pact: UUID) -> HttpResponse:
    """Show one pact as this line has it, beside what each of the two lines promises everybody."""
    tenant = tenant_of(request)
    language = active_language(tenant)
    with tenant_scope(tenant):
        row = Partnership.objects.filter(pact=pact).first()
        if row is None:
            raise Http404
    partner = Tenant.objects.filter(slug=row.partner).first()
    here, there = (_told(one, language) for one in (tenant, partner))
    names = {partner.slug: partner.name} if partner else {}
    with tenant_scope(tenant):
        line = _line(row, names, tenant, language)
        return tenant_site.show(
            request,
            "administration/pact.html",
            title=line.words.partner,
            pact=line,
            here_name=tenant.name,
            differing=[
                Differing(str(DIFFERS.get(one["what"], one["what"])), one["here"], one["there"])
                for one in differences(here, there)
            ],
        ).render()


@tenant_site.page("partners/<uuid:pact>/<str:act>/", name="pact-act")
@require_POST
@own_scopes
def decide(request: HttpRequest, pact: UUID, act: str) -> HttpResponse:
    """Accept, decline or end a pact, as this line; its basis stands in the trail of both."""
    tenant, actor = tenant_of(request), member_of(request)
    basis = request.POST.get("basis", "").strip()
    if act not in ACTS:
        raise Http404
    if act == "revoke" and not basis:
        messages.error(request, _("Say on which basis it ends."))
        return redirect("admin:pact", pact)
    try:
        _act(tenant, actor, pact, act, basis)
    except NotFound:
        raise Http404 from None
    except NotAllowed:
        messages.error(request, _("It has been decided already."))
    else:
        messages.success(request, DONE[act])
    return redirect("admin:pact", pact)


def _act(tenant: Tenant, actor: Membership, pact: UUID, act: str, basis: str) -> None:
    ACTS[act](tenant, pact, actor=actor, basis=basis)


def _told(tenant: Tenant | None, language: str) -> Told:
    """Return what a line promises everybody; nothing of one that promises nothing yet."""
    try:
        return told_by(tenant, language=language) if tenant else {}
    except HelplineError:
        return {}


def _line(row: Partnership, names: dict[str, str], tenant: Tenant, language: str) -> PactLine:
    days = get_day_names(locale=locale_of(language))
    acts = {
        State.PROPOSED: ("revoke",) if row.is_own else ("accept", "decline"),
        State.ACCEPTED: ("revoke",),
    }
    return PactLine(
        id=row.pact,
        state=str(PACT_STATES[row.state]),
        words=pact_in_words(row, names, tenant, language),
        hours=[f"{days[int(day)]} {opens}–{closes}" for day, opens, closes in row.hours],
        criteria=list(row.criteria.items()),
        acts=acts.get(State(row.state), ()),
    )
