"""Who answers and who keeps records in a dry run: those who work there, or somebody who stands in."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from django.utils.translation import gettext as _

from chat.dryrun.stage import Stage
from chat.errors import Closed
from chat.lines import beat, desk_arrived, set_ready
from chat.models import Presence
from retention import clock
from retention.holds import KEEPERS
from tenants.fitness import fit_members, in_place, today_at
from tenants.models import Membership, Qualification, Requirement, Role, Tenant, User
from tenants.scope import tenant_scope


def staff(stage: Stage) -> None:
    """Find those who act on the stage. Whoever is missing is said, and somebody stands in."""
    line, now = stage.line, stage.opens_at
    with tenant_scope(line):
        fit = fit_members(on=today_at(line, now=now)).order_by("pk").first()
        keepers = list(in_place().filter(role__in=KEEPERS).order_by("-role", "pk"))
        officer = next((one for one in keepers if one.role == Role.OFFICER), None)
        second = next((one for one in keepers if one != officer), None)
        stage.counsellor = fit or stand_in(line, Role.COUNSELLOR)
        stage.officers = (
            officer or stand_in(line, Role.OFFICER),
            second or stand_in(line, Role.ADMINISTRATOR),
        )
        _come_to_the_desk(line, stage.counsellor)
    if fit is None:
        stage.note(_("Nobody who works here may answer: somebody stands in for them."))
    if officer is None or second is None:
        stage.note(_("An officer or a second person is missing: somebody stands in for them."))


def _come_to_the_desk(line: Tenant, member: Membership) -> None:
    process = uuid4()
    beat(process)
    desk_arrived(line, member, socket=uuid4(), process=process)


def ready(stage: Stage) -> None:
    """Let the counsellor say that they are ready; where the line is closed it is put down for them."""
    assert stage.counsellor is not None
    with tenant_scope(stage.line):
        try:
            set_ready(stage.line, stage.counsellor, ready=True)
        except Closed:
            Presence.objects.filter(membership=stage.counsellor).update(ready=True)


def stand_in(line: Tenant, role: Role, *, operator: bool = False) -> Membership:
    """Return a made-up member who holds all that the line asks for. In the scope."""
    user = person(operator=operator)
    member = Membership.objects.create(tenant=line, user=user, role=role)
    Qualification.objects.bulk_create(
        Qualification(
            tenant=line,
            membership=member,
            kind=asked.kind,
            years=asked.years,
            issuer="-",
            verified_on=clock.now().date(),
        )
        for asked in _each_kind(Requirement.objects.order_by("years"))
    )
    return member


def _each_kind(rows: Iterable[Requirement]) -> Iterable[Requirement]:
    return {row.kind: row for row in rows}.values()


def person(*, operator: bool = False) -> User:
    """Return somebody who can sign in nowhere."""
    user = User.objects.create_user(f"{uuid4().hex}@dry-run.invalid", name="-")
    if operator:
        user.is_staff = True
        user.save(update_fields=["is_staff"])
    return user
