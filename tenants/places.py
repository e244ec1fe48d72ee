"""A member's place at a line: the role, the title that visitors see, whether they are let in."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from tenants.audit import differing, record
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.invitations import FIRST_NAME_CHARACTERS, TITLE_CHARACTERS
from tenants.models import Membership, Role, Tenant
from tenants.staff import end_sessions, own_membership, tell_watchers


def change_place(
    tenant: Tenant,
    actor: Membership,
    member_id: UUID,
    *,
    role: str,
    title: Mapping[str, str],
    first_name: str,
    active: bool,
) -> Membership:
    """Give a member's place another shape; who has another role signs in anew. In the scope.

    Nobody changes their own role or shuts themselves out, so that a line has an administrator left.
    Of a first name the trail says that it changed and no more. Raises NotFound for who is no member
    here or has left, NotAllowed, and Invalid.
    """
    # All of them, always in this order: two who take the role from each other wait here.
    leading = Membership.objects.select_for_update().filter(role=Role.ADMINISTRATOR)
    list(leading.order_by("pk").values_list("pk", flat=True))
    if own_membership(tenant, actor).role != Role.ADMINISTRATOR:
        raise NotAllowed("your role does not change places")
    member = Membership.objects.select_for_update().filter(pk=member_id, left_at=None).first()
    if member is None:
        raise NotFound("no such member")
    _check(tenant, role, title, first_name)
    if member.pk == actor.pk and (role, active) != (member.role, member.active):
        raise NotAllowed("somebody else changes your role")
    before = _said(member)
    changed_name = member.first_name != first_name
    member.role, member.title = role, {name: text for name, text in title.items() if text}
    member.first_name, member.active = first_name, active
    changes = dict(differing(before, _said(member)))
    if changed_name:
        changes["first_name"] = ("…", "…")
    if changes:
        member.save(update_fields=["role", "title", "first_name", "active"])
        record(
            tenant,
            actor=actor,
            action="member.changed",
            subject=member.pk,
            basis="",
            changes=changes,
        )
        if {"role", "active"} & changes.keys():
            end_sessions(tenant, member)
        else:
            tell_watchers(tenant, member)
    return member


def _check(tenant: Tenant, role: str, title: Mapping[str, str], first_name: str) -> None:
    if role not in Role.values or not set(title) <= set(tenant.languages):
        raise Invalid("a role that there is, and titles in the line's languages")
    if any(len(text) > TITLE_CHARACTERS for text in title.values()):
        raise Invalid(f"a title of at most {TITLE_CHARACTERS} characters")
    if len(first_name) > FIRST_NAME_CHARACTERS:
        raise Invalid(f"a first name of at most {FIRST_NAME_CHARACTERS} characters")


def _said(member: Membership) -> dict[str, str]:
    titles = {f"title.{language}": text for language, text in member.title.items()}
    return {"role": member.role, "active": str(member.active), **titles}
