"""Who has a place here: found, changed, let go; and what each of them holds.  Rule: S3, S4, D1, B7"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import F, Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from chat.pages import staff_forms
from chat.pages.administration.member_form import PlaceForm
from chat.pages.fitness import lack_in_words
from chat.pages.languages import active_language, date_in_words
from chat.pages.members import Members, member_content
from chat.pages.office.wording import ROLES
from retention import clock
from tenants import staff
from tenants.administration import menu
from tenants.administration.rows import TenantAdmin, member_of, tenant_of
from tenants.administration.site import tenant_site
from tenants.errors import HelplineError, NotAllowed, NotFound
from tenants.fitness import ANSWERING, Lack, lacks_of_all, today_at
from tenants.models import Membership, Tenant
from tenants.places import change_place
from tenants.qualifications import looked_after, looks_after, verify_qualification

ACTS = ("enter", "verify", "end", "leave")

menu.add(
    menu.Group.STAFF,
    _("Staff"),
    "admin:tenants_membership_changelist",
    place=10,
    hint=_("Who has a place here, in which role, with which papers. Rules S3, S4, D1, B7"),
)


class RoleFilter(admin.SimpleListFilter):
    """The roles by the names that they have on our pages."""

    title = _("Role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(ROLES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        role = self.value()
        return queryset.filter(role=role) if role in ROLES else queryset


class MemberList(ChangeList):
    """The list with what each member on the page lacks: two queries for all of them."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        tenant = tenant_of(request)
        members = list(self.result_list)
        lacks = lacks_of_all(
            [member.pk for member in members], on=today_at(tenant, now=clock.now())
        )
        for member in members:
            member.stands = _stands(tenant, member, lacks[member.pk])
            member.title_shown = member.title_in(active_language(tenant), tenant)
        self.result_list = members

    def url_for_result(self, result: Model) -> str:
        return reverse("admin:member", args=[result.pk])


def _stands(tenant: Tenant, member: Membership, lacks: tuple[Lack, ...]) -> str:
    language = active_language(tenant)
    if member.left_at is not None and member.expires_at is not None:
        day = date_in_words(member.expires_at.astimezone(tenant.tzinfo).date(), language)
        return _("Has left; is forgotten on {day}").format(day=day)
    if not member.active:
        return str(_("Is not let in"))
    if member.role not in ANSWERING:
        return str(_("Does not answer visitors in this role."))
    if lacks:
        return "; ".join(lack_in_words(lack, language=language) for lack in lacks)
    return str(_("May answer visitors."))


@admin.register(Membership, site=tenant_site)
class MembershipAdmin(TenantAdmin):
    """A list to find somebody in; all that is done about them is done on a page of their own."""

    adds = changes = removes = False
    actions = None
    list_display = ("name", "role_in_words", "title_shown", "stands")
    list_filter = (RoleFilter,)
    list_select_related = ("user",)
    list_per_page = 50
    search_fields = ("user__name", "user__email", "first_name")
    ordering = (F("left_at").asc(nulls_first=True), "user__name", "pk")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return MemberList

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        if request.method == "POST":
            raise PermissionDenied
        return redirect("admin:member", object_id)

    @admin.display(description=_("Name"), ordering="user__name")
    def name(self, member: Membership) -> str:
        return member.user.name

    @admin.display(description=_("Role"), ordering="role")
    def role_in_words(self, member: Membership) -> str:
        return str(ROLES[member.role])

    @admin.display(description=_("Title"))
    def title_shown(self, member: Any) -> str:
        return str(member.title_shown)

    @admin.display(description=_("Answering"))
    def stands(self, member: Any) -> str:
        return str(member.stands)


@tenant_site.page("members/<uuid:member_id>/", name="member")
@require_http_methods(["GET", "HEAD", "POST"])
def member_page(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Show one member, and change the shape of their place."""
    tenant, actor, found = tenant_of(request), member_of(request), _found(member_id)
    data = request.POST if request.method == "POST" else None
    form = PlaceForm(tenant, found, is_own=found.pk == actor.pk, data=data)
    if form.is_valid():
        try:
            change_place(tenant, actor, member_id, **form.place())
        except (NotFound, NotAllowed):
            raise Http404 from None
        messages.success(request, _("It is changed."))
        return redirect("admin:member", member_id)
    return _page(request, found, form)


@tenant_site.page("members/<uuid:member_id>/enter/", name="member-enter")
@require_POST
def enter(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Write down what a member holds."""
    return _done(request, member_id, staff_forms.enter)


@tenant_site.page("members/<uuid:member_id>/end/", name="member-end")
@require_POST
def end(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """End what a member does not hold any more."""
    return _done(request, member_id, staff_forms.end)


@tenant_site.page("members/<uuid:member_id>/verify/", name="member-verify")
@require_POST
def verify(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Say that one has seen what another member holds."""
    kind = request.POST.get("kind", "")
    try:
        verify_qualification(tenant_of(request), member_of(request), member_id, kind=kind)
    except (NotFound, NotAllowed):
        raise Http404 from None
    return redirect("admin:member", member_id)


@tenant_site.page("members/<uuid:member_id>/leave/", name="member-leave")
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, member_id: UUID) -> HttpResponse:
    """Ask once more, saying what is forgotten when, and let a member go from this moment on."""
    tenant, actor = tenant_of(request), member_of(request)
    try:
        found = looked_after(tenant, actor, member_id)
    except (NotFound, NotAllowed):
        raise Http404 from None
    refused = ""
    try:
        if request.method == "POST":
            staff.leave(tenant, member_id, actor=actor)
            messages.success(request, _("The member is out, at every desk and page."))
            return redirect("admin:tenants_membership_changelist")
        forgotten, rule = staff.forgotten_at(tenant, clock.now())
    except HelplineError as problem:
        refused, forgotten, rule = str(problem), clock.now(), ""
    day = forgotten.astimezone(tenant.tzinfo).date()
    response = tenant_site.show(
        request,
        "administration/member_leave.html",
        title=_("Let {name} go?").format(name=found.user.name),
        member=found,
        forgotten=date_in_words(day, active_language(tenant)),
        rule=rule,
        refused=refused,
    )
    response.status_code = 409 if refused else 200
    return response


def _done(request: HttpRequest, member_id: UUID, act: Any) -> HttpResponse:
    tenant, actor = tenant_of(request), member_of(request)
    try:
        refused = act(tenant, actor, member_id, request.POST)
    except (NotFound, NotAllowed):
        raise Http404 from None
    if not refused:
        return redirect("admin:member", member_id)
    found = _found(member_id)
    form = PlaceForm(tenant, found, is_own=False)
    return _page(request, found, form, refused=refused)


def _found(member_id: UUID) -> Membership:
    found = Membership.objects.select_related("user").filter(pk=member_id).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest, found: Membership, form: PlaceForm, *, refused: str = ""
) -> HttpResponse:
    tenant, actor = tenant_of(request), member_of(request)
    language = active_language(tenant)
    theirs = looks_after(actor, found) and found.left_at is None
    acts = {act: reverse(f"admin:member-{act}", args=[found.pk]) for act in ACTS} if theirs else {}
    row = Members(tenant, actor, language).row(found)
    response = tenant_site.show(
        request,
        "administration/member.html",
        title=found.user.name,
        member=found,
        stands=_stands(tenant, found, ()) if found.left_at else "",
        form=form,
        content=member_content(tenant, row, language, acts, refused=refused),
    )
    response.status_code = 409 if refused else 400 if form.errors else 200
    return response
