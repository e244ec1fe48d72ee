"""The addresses of the office, below ``/desk/office/``."""

from __future__ import annotations

from django.urls import path

from chat.pages.office import (
    cooldowns,
    handbook_acts,
    handbook_sharing,
    hold_acts,
    invitations,
    staff_acts,
)
from chat.pages.office.evaluations import evaluations
from chat.pages.office.figures import figures_file, figures_page
from chat.pages.office.handbook import article, handbook, versions
from chat.pages.office.handover import handover
from chat.pages.office.handover import remove as remove_note
from chat.pages.office.hold_reading import read
from chat.pages.office.holds import hold, holds
from chat.pages.office.kept import flag, kept_talks
from chat.pages.office.load import load, load_now
from chat.pages.office.path import confirm_leave, confirm_live
from chat.pages.office.path import path as line_path
from chat.pages.office.policy import discard, draft, policy, publish
from chat.pages.office.staff import staff_list, staff_member
from chat.pages.office.trail import trail
from chat.pages.office.vault import opening, vault

urlpatterns = [
    path("load/", load, name="office-load"),
    path("load/now/", load_now, name="office-load-now"),
    path("policy/", policy, name="office-policy"),
    path("policy/draft/", draft, name="office-draft"),
    path("policy/discard/", discard, name="office-discard"),
    path("policy/publish/", publish, name="office-publish"),
    path("vault/", vault, name="office-vault"),
    path("vault/<uuid:request_id>/", opening, name="office-opening"),
    path("kept/", kept_talks, name="office-kept"),
    path("kept/<uuid:talk>/flag/", flag, name="office-flag"),
    path("holds/", holds, name="office-holds"),
    path("holds/place/", hold_acts.place, name="office-hold-place"),
    path("holds/<uuid:hold_id>/", hold, name="office-hold"),
    path("holds/<uuid:hold_id>/confirm/", hold_acts.confirm, name="office-hold-confirm"),
    path("holds/<uuid:hold_id>/refuse/", hold_acts.refuse, name="office-hold-refuse"),
    path("holds/<uuid:hold_id>/review/", hold_acts.review, name="office-hold-review"),
    path("holds/<uuid:hold_id>/release/", hold_acts.release, name="office-hold-release"),
    path("holds/<uuid:hold_id>/read/", read, name="office-hold-read"),
    path("staff/", staff_list, name="office-staff"),
    path("staff/shifts/plan/", staff_acts.plan, name="office-shift-plan"),
    path("staff/shifts/cancel/", staff_acts.cancel, name="office-shift-cancel"),
    path("staff/invitations/", invitations.invite, name="office-invitations"),
    path(
        "staff/invitations/<uuid:invitation_id>/again/",
        invitations.again,
        name="office-invitation-again",
    ),
    path(
        "staff/invitations/<uuid:invitation_id>/withdraw/",
        invitations.withdraw,
        name="office-invitation-withdraw",
    ),
    path("staff/<uuid:member_id>/", staff_member, name="office-member"),
    path("staff/<uuid:member_id>/enter/", staff_acts.enter, name="office-member-enter"),
    path("staff/<uuid:member_id>/verify/", staff_acts.verify, name="office-member-verify"),
    path("staff/<uuid:member_id>/end/", staff_acts.end, name="office-member-end"),
    path("staff/<uuid:member_id>/leave/", staff_acts.leave, name="office-member-leave"),
    path("staff/<uuid:member_id>/out/", staff_acts.sign_out, name="office-member-out"),
    path("cooldowns/", cooldowns.cooldowns, name="office-cooldowns"),
    path("cooldowns/<uuid:incident>/decide/", cooldowns.decide, name="office-cooldown-decide"),
    path("cooldowns/<uuid:incident>/seen/", cooldowns.see, name="office-cooldown-see"),
    path("figures/", figures_page, name="office-figures"),
    path("figures.csv", figures_file, name="office-figures-file"),
    path("handover/", handover, name="office-handover"),
    path("handover/<uuid:note>/remove/", remove_note, name="office-handover-remove"),
    path("trail/", trail, name="office-trail"),
    path("path/", line_path, name="office-path"),
    path("path/confirm/", confirm_live, name="office-path-confirm"),
    path("path/leave/", confirm_leave, name="office-path-leave"),
    path("evaluations/", evaluations, name="office-evaluations"),
    path("handbook/", handbook, name="office-handbook"),
    path("handbook/new/", handbook_acts.begin, name="office-handbook-new"),
    path("handbook/sharing/", handbook_sharing.shared, name="office-handbook-sharing"),
    path(
        "handbook/sharing/<uuid:agreement>/accept/",
        handbook_sharing.accept,
        name="office-handbook-accept",
    ),
    path(
        "handbook/sharing/<uuid:agreement>/end/", handbook_sharing.end, name="office-handbook-end"
    ),
    path("handbook/article/<slug:slug>/", article, name="office-handbook-article"),
    path("handbook/article/<slug:slug>/versions/", versions, name="office-handbook-versions"),
    path("handbook/article/<slug:slug>/draft/", handbook_acts.draft, name="office-handbook-draft"),
    path(
        "handbook/article/<slug:slug>/publish/",
        handbook_acts.publish,
        name="office-handbook-publish",
    ),
    path(
        "handbook/article/<slug:slug>/discard/",
        handbook_acts.discard,
        name="office-handbook-discard",
    ),
    path(
        "handbook/article/<slug:slug>/withdraw/",
        handbook_acts.withdraw,
        name="office-handbook-withdraw",
    ),
    path(
        "handbook/article/<slug:slug>/reviewed/",
        handbook_acts.reviewed,
        name="office-handbook-reviewed",
    ),
]
