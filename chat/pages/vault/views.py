"""The two pages of the vault, whoever stands before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from chat.pages.vault.desk import VaultDesk
from chat.pages.vault.words import BASES, BasisChoice, basis_called, refusal_of
from retention import clock
from retention.models import VaultRequest
from retention.vault import openings, people, store
from retention.vault.openings import Shown
from retention.vault.records import reference_of
from retention.vault.store import Group
from tenants.errors import HelplineError, NotFound

REFUSED = 403
# How often the one who waits is shown whether somebody has agreed.
LOOK_SECONDS = 5
State = VaultRequest.State


@dataclass(frozen=True)
class RequestLine:
    """One request in a list."""

    url: str
    reference: str
    asked_by: str
    is_mine: bool
    state: str


@dataclass(frozen=True)
class OverviewContent:
    """All that templates/chat/vault/overview.html shows; a typed password is never among it."""

    keeps: bool
    can_open: bool
    platform: int
    officers: int
    is_officer: bool
    requests: list[RequestLine]
    bases: tuple[BasisChoice, ...]
    reference: str
    basis: str
    told: str
    refusal: str


@dataclass(frozen=True)
class OpeningContent:
    """All that templates/chat/vault/opening.html shows."""

    url: str
    reference: str
    day: str
    asked_by: str
    asker_group: str
    basis: BasisChoice
    told: str
    state: str
    is_mine: bool
    refusal: str
    shown: ShownContent | None


@dataclass(frozen=True)
class ShownContent:
    """An address, as it is read out to the police."""

    ip: str
    port: int | None
    at_utc: str
    at_local: str
    zone: str
    until: str


def overview(request: HttpRequest, desk: VaultDesk) -> HttpResponse:
    """Show what waits, and ask for an address."""
    refusal = ""
    if request.method == "POST":
        try:
            made = openings.ask(
                desk.tenant,
                desk.actor,
                reference=request.POST.get("reference", ""),
                basis=request.POST.get("basis", ""),
                told=request.POST.get("told", ""),
                password=request.POST.get("password", ""),
            )
        except HelplineError as problem:
            refusal = refusal_of(problem)
        else:
            return redirect(desk.url_of(made.pk))
    content = _overview(request, desk, refusal)
    return desk.show("chat/vault/overview.html", content, status=REFUSED if refusal else 200)


def _overview(request: HttpRequest, desk: VaultDesk, refusal: str) -> OverviewContent:
    actor = desk.actor
    holders = store.holders_of(desk.tenant.pk, clock.now().date())
    groups = [one.group for one in holders]
    return OverviewContent(
        keeps=people.promises_vault(desk.tenant),
        can_open=any(one.user == actor.user.pk for one in holders),
        platform=groups.count(Group.PLATFORM),
        officers=groups.count(Group.TENANT),
        is_officer=actor.group == Group.TENANT,
        requests=[_line(desk, one) for one in openings.open_requests(actor)],
        bases=BASES,
        reference=request.POST.get("reference", ""),
        basis=request.POST.get("basis", ""),
        told=request.POST.get("told", ""),
        refusal=refusal,
    )


def _line(desk: VaultDesk, one: VaultRequest) -> RequestLine:
    return RequestLine(
        url=desk.url_of(one.pk),
        reference=reference_of(one.conversation),
        asked_by=one.asked_by.name,
        is_mine=one.asked_by_id == desk.actor.user.pk,
        state=one.state,
    )


def opening(request: HttpRequest, desk: VaultDesk, request_id: UUID) -> HttpResponse:
    """Show one request, and do what its button says. Unknown to anybody whom it is not for."""
    try:
        found = openings.request_of(desk.actor, request_id)
    except NotFound:
        raise Http404 from None
    if request.method != "POST":
        return _show_opening(desk, found)
    password = request.POST.get("password", "")
    try:
        match request.POST.get("do"):
            case "agree":
                openings.agree(desk.tenant, desk.actor, request_id, password=password)
            case "show":
                shown = openings.show(desk.tenant, desk.actor, request_id, password=password)
                return _show_opening(desk, found, shown=shown)
            case "finish":
                openings.finish(desk.tenant, desk.actor, request_id)
                return redirect(desk.url)
    except HelplineError as problem:
        return _show_opening(desk, found, refusal=refusal_of(problem))
    return redirect(desk.url_of(request_id))


def _show_opening(
    desk: VaultDesk, found: VaultRequest, *, shown: Shown | None = None, refusal: str = ""
) -> HttpResponse:
    is_mine = found.asked_by_id == desk.actor.user.pk
    content = OpeningContent(
        url=desk.url,
        reference=reference_of(found.conversation),
        day=found.day.isoformat(),
        asked_by=found.asked_by.name,
        asker_group=found.group,
        basis=basis_called(found.basis),
        told=found.told,
        state=found.state,
        is_mine=is_mine,
        refusal=refusal,
        shown=_shown(desk, shown) if shown else None,
    )
    response = desk.show("chat/vault/opening.html", content, status=REFUSED if refusal else 200)
    # Without a script: the page looks again by itself, and takes itself away in time.
    if shown:
        left = max(0, int((shown.until - clock.now()).total_seconds()))
        response["Refresh"] = f"{left}; url={desk.url_of(found.pk)}"
    elif is_mine and found.state == State.ASKED and not refusal:
        response["Refresh"] = f"{LOOK_SECONDS}; url={desk.url_of(found.pk)}"
    return response


def _shown(desk: VaultDesk, shown: Shown) -> ShownContent:
    zone = desk.tenant.tzinfo
    return ShownContent(
        ip=shown.address.ip,
        port=shown.address.port,
        at_utc=_told(shown.address.at),
        at_local=_told(shown.address.at.astimezone(zone)),
        zone=desk.tenant.zone,
        until=shown.until.astimezone(zone).strftime("%H:%M"),
    )


def _told(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
