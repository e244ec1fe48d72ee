"""What somebody decides about a line. Each act is committed before it is answered."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from retention import departures, exports
from retention.departures import Held, NotExported
from retention.path import pages
from retention.path.running import asks_for_lines, streamed
from tenants import dry_runs, going_live, proposals
from tenants.administration.rows import member_of, tenant_of
from tenants.dry_runs import Course, Tell
from tenants.errors import HelplineError, Invalid, NotFound
from tenants.going_live import Unready
from tenants.hosts import url_of
from tenants.models import Membership, Proposal, Tenant
from tenants.scope import tenant_scope
from tenants.stepping import stepped_up

View = Callable[[HttpRequest], HttpResponse]
Act = Callable[[Tenant, Membership], object]


def deciding(view: View) -> View:
    """Let only a form's answer in, and only from somebody who has just shown who they are.

    The one place for a second look at who it is: going live, pausing, exporting and leaving all
    come through here.
    """
    return require_POST(stepped_up(view))


def _act(work: Act, said: Callable[[], str], *, back: str) -> View:
    def view(request: HttpRequest) -> HttpResponse:
        try:
            work(tenant_of(request), member_of(request))
        except HelplineError as problem:
            messages.error(request, refused(problem))
        else:
            messages.success(request, said())
        return redirect(back)

    return deciding(view)


def refused(problem: HelplineError) -> str:
    """Return why something was not done, in the active translation."""
    if isinstance(problem, Unready):
        titles = ", ".join(str(item.title) for item in problem.items)
        return _("Not yet. Still missing: %(titles)s.") % {"titles": titles}
    if isinstance(problem, Held):
        return _("%(count)s held: release what is held first.") % {"count": problem.count}
    if isinstance(problem, NotExported):
        return _("Fetch what the line takes with it first, today.")
    if isinstance(problem, Invalid):
        return _("What you typed is not the line's own short name.")
    if isinstance(problem, NotFound):
        return _("Nothing is proposed any more: a proposal is over after a day.")
    return _("That cannot be done now, or not by you: it takes another person.")


propose = _act(
    going_live.propose_live,
    lambda: _("Proposed. Somebody else can confirm it within a day."),
    back="path",
)
confirm = _act(
    going_live.confirm_live, lambda: _("The line is live. Visitors can come in."), back="path"
)
pause = _act(
    going_live.pause,
    lambda: _("The line is paused. Nobody new comes in; talks that are alive go on."),
    back="path",
)
resume = _act(going_live.resume, lambda: _("The line takes visitors again."), back="path")
withdraw = _act(
    lambda tenant, member: proposals.withdraw(tenant, member, Proposal.Kind.GO_LIVE),
    lambda: _("The proposal is taken back."),
    back="path",
)
propose_leave = _act(
    departures.propose_leave,
    lambda: _("Proposed. Somebody else can confirm it within a day."),
    back="leave",
)
withdraw_leave = _act(
    lambda tenant, member: proposals.withdraw(tenant, member, Proposal.Kind.LEAVE),
    lambda: _("The proposal is taken back."),
    back="leave",
)


@deciding
def export(request: HttpRequest) -> HttpResponse:
    """Give what the line takes with it, as a file."""
    tenant = tenant_of(request)
    response = HttpResponse(exports.export(tenant, member_of(request)), "application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{tenant.slug}.zip"'
    return response


@deciding
def confirm_leave(request: HttpRequest) -> HttpResponse:
    """Leave. The answer comes once nothing of the line can be read any more, and leads to the proof."""
    tenant = tenant_of(request)
    try:
        departures.confirm_leave(tenant, member_of(request), typed=request.POST.get("slug", ""))
    except HelplineError as problem:
        messages.error(request, refused(problem))
        return redirect("leave")
    proof = f"{url_of(tenant.slug, 'visitor')}proof/"
    return HttpResponseRedirect(proof, status=HTTPStatus.SEE_OTHER)


confirm_leave.own_scopes = True  # type: ignore[attr-defined]  # read by the mount


@require_http_methods(["GET", "HEAD", "POST"])
def dry_run(request: HttpRequest) -> HttpResponseBase:
    """Show the last dry run, or make one and show all of it.

    To the page's script it tells how far it is, and gives what is new of the page at the end.
    """
    tenant, course, said = tenant_of(request), None, ""
    if request.method == "POST" and asks_for_lines(request):
        return streamed(partial(_piece, tenant, member_of(request), get_language() or ""))
    if request.method == "POST":
        course, said = _made(tenant, member_of(request))
    with tenant_scope(tenant):
        return pages.show_dry_run(request, pages.dry_run_content(tenant, course, refused=said))


def _piece(tenant: Tenant, member: Membership, language: str, tell: Tell) -> str:
    with translation.override(language):
        course, said = _made(tenant, member, tell)
        with tenant_scope(tenant):
            content = pages.dry_run_content(tenant, course, refused=said)
        return render_to_string("administration/_course.html", {"content": content})


def _made(
    tenant: Tenant, member: Membership, tell: Tell = dry_runs.tell_nobody
) -> tuple[Course | None, str]:
    """Make a dry run; return it, or why there is none, in words."""
    try:
        return dry_runs.run(tenant, member, tell=tell), ""
    except HelplineError:
        return None, _("The dry run could not be made. Try again in a while.")


dry_run.own_scopes = True  # type: ignore[attr-defined]  # read by the mount
