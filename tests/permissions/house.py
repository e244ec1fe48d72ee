"""A platform with lines, somebody of every role at each, and something behind every door.

``House.build()`` makes it by the real code. ``things`` is what a door's arguments are filled with:
a name for each kind, the value at the line whose door it is, and one that belongs to another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from chat.codes import make_code
from chat.handbook import sharing
from chat.handbook.articles import Wording, draft_article, publish_draft, redraft
from chat.handover import write_note
from chat.incidents import note_incident
from referrals.directory.services import list_service
from referrals.directory.shape import Said
from referrals.partnerships import Terms, propose
from retention import clock
from retention.models import VaultRequest
from tenants.factors import Adapter, Type
from tenants.invitations import invite
from tenants.models import (
    Membership,
    Notice,
    Operator,
    Partner,
    Qualification,
    Requirement,
    Role,
    Tenant,
    User,
)
from tenants.permissions import NOBODY_WE_KNOW, OPERATOR, VISITOR
from tenants.rota import plan_shift
from tenants.scope import TenantModel, tenant_scope
from tests import holds, vault
from tests.administration.leaving import leave_now
from tests.office.doors import Door
from tests.talks import begin
from tests.web import Client, host_of
from tests.world import hire, open_tenants

ROLES: tuple[str, ...] = tuple(map(str, Role.values))
# What a hold is for at a line that keeps talks.
HELD_FOR = {"tidaholm": "access", "urph": "investigation"}
Value = str | dict[str, str]


@dataclass
class Person:
    """Somebody who stands before doors: a role, at a line or at none, with their browsers."""

    role: str
    line: str
    # At a tenant's hosts, and at the platform's own.
    desk: Client = field(default_factory=Client)
    admin: Client = field(default_factory=Client)

    def __str__(self) -> str:
        return f"{self.role} of {self.line}" if self.line else self.role


@dataclass
class House:
    """The lines, by what they are here for: ``own`` keeps talks, ``vault`` addresses, ``left`` none."""

    own: Tenant
    other: Tenant
    vault: Tenant
    left: Tenant
    # By line: what is there to name, by kind; a value for everybody or one for each role.
    things: dict[str, dict[str, Value]] = field(default_factory=dict)
    people: list[Person] = field(default_factory=list)
    # What a visitor of each line shows, and what opens nothing.
    shown: dict[str, dict[str, str]] = field(default_factory=dict)
    # What each gets at an address that is not there, once it has been asked.
    nowhere: dict[tuple[str, ...], Any] = field(default_factory=dict)

    @classmethod
    def build(cls) -> House:
        slugs = ("tidaholm", "urph", "detfinneshjelp", "sexogsamfunn")
        own, other, keeping, left = open_tenants(*slugs)
        leave_now(left)
        house = cls(own, other, keeping, left)
        for line in (own, other):
            house.things[line.slug] = furnished(line)
        house.things[keeping.slug] = {"line": keeping.slug, **asked_for(keeping, own)}
        house.things[left.slug] = {"line": left.slug}
        house._share()
        house._let_people_in()
        for line in (own, other):
            house.things[line.slug]["factor"] = house._factors_of(line)
        return house

    def _share(self) -> None:
        """Let each of two lines have what another offers or asks, which the other never saw."""
        for giver, taker in ((self.other, self.own), (self.vault, self.other)):
            agreement = sharing.offer(giver, hire(giver, Role.SUPERVISOR, 3), to=taker.slug)
            self.things[taker.slug]["agreement"] = str(agreement)
        for line in (self.own, self.other):
            self.things[line.slug]["pact"] = str(propose(line, self.vault, Terms()))

    def _factors_of(self, line: Tenant) -> dict[str, str]:
        """Give each member of a line a second factor, and the operator one; return them by role."""
        users = {role: hire(line, role).user for role in ROLES}
        if line == self.own:
            users[OPERATOR] = User.objects.get(is_superuser=True)
        data = {"secret": Adapter().encrypt("A" * 32)}
        rows = Authenticator.objects
        return {
            role: str(rows.create(user=user, type=Type.TOTP, data=data).pk)
            for role, user in users.items()
        }

    def _let_people_in(self) -> None:
        self.people = [Person(NOBODY_WE_KNOW, "")]
        for line in (self.own, self.vault, self.other):
            self.people += [_member(line, role) for role in ROLES]
        boss = vault.operator()
        person = Person(OPERATOR, "")
        for client in (person.admin, person.desk):
            client.force_login(boss)
        self.people.append(person)
        for line in (self.own, self.other):
            self._let_visitor_in(line)
        for person in self.people:
            # A fault of ours is an answer as well.
            person.desk.raise_request_exception = person.admin.raise_request_exception = False
        code = make_code(self.own)
        assert code
        self.shown["nobody"] = {
            "secret": token_urlsafe(32),
            "code": code[0].reveal(),
            "tab": str(uuid4()),
            "token": token_urlsafe(32),
        }

    def _let_visitor_in(self, line: Tenant) -> None:
        """Somebody with a talk, who shows its secret where others show a session."""
        person = Person(VISITOR, line.slug)
        opened = person.desk.post(
            "/api/conversations",
            {},
            "application/json",
            headers={"host": host_of(line)},
            secure=True,
        )
        assert opened.status_code == 201
        said = opened.json()
        for client in (person.desk, person.admin):
            client.cookies[settings.SESSION_COOKIE_NAME] = said["secret"]
        self.shown[line.slug] = {
            "secret": said["secret"],
            "code": said["resume_code"],
            "tab": str(uuid4()),
            "token": token_urlsafe(32),
        }
        self.people.append(person)

    def person(self, role: str, line: Tenant | None = None) -> Person:
        slug = line.slug if line else ""
        return next(one for one in self.people if (one.role, one.line) == (role, slug))


def _member(line: Tenant, role: str) -> Person:
    door = Door.of(line, role)
    person = Person(role, line.slug, desk=door.client)
    person.admin.force_login(door.member.user)
    return person


def furnished(line: Tenant) -> dict[str, Value]:
    """Put something behind each door of a line that names something; return the names."""
    talk, kept = begin(line, "hei"), holds.ended(line, "hei")
    owner, reason = hire(line, Role.ADMINISTRATOR), HELD_FOR[line.slug]
    held = holds.hold(line, holds.ended(line, "hei"), by=owner, reason=reason)
    incident = uuid4()
    with tenant_scope(line):
        note_incident(line, hire(line, Role.COUNSELLOR, 3), incident, asks=True)
        lead = hire(line, Role.SUPERVISOR, 3)
        service = list_service(line, lead, Said(name=dict.fromkeys(line.languages, "Jouren")))
        texts = dict.fromkeys(line.languages, "Some words.")
        Notice.objects.create(tenant=line, slug="notice", texts=texts, active=False, rule="ours")
        # The last one stays.
        group = Requirement.objects.earliest("pk").group
        Requirement.objects.create(
            tenant=line, group=group, kind="other", label=texts, years=0, rule="ours"
        )
        asked = invite(
            line,
            owner,
            email="new@helpline.example",
            role=Role.COUNSELLOR,
            title=texts,
            first_name="",
            language=line.default_language,
        )
        Partner.objects.create(
            tenant=line, slug="detfinneshjelp", mode=Partner.Mode.LIVE, texts=texts, rule="ours"
        )
        writers = {role: hire(line, role) for role in ROLES}
        notes = {role: str(write_note(line, one, "hello").pk) for role, one in writers.items()}
    return {
        "line": line.slug,
        "talk": str(talk),
        "kept": str(kept),
        "hold": str(held.pk),
        "incident": str(incident),
        "invitation": str(asked.pk),
        "note": notes,
        "service": str(service.pk),
        "member": str(hire(line, Role.COUNSELLOR, 3).pk),
        "article": article_of(line, lead),
        "paper": paper_of(hire(line, Role.COUNSELLOR, 3)),
        "shift": shift_of(line, hire(line, Role.COUNSELLOR, 3)),
    }


def article_of(line: Tenant, lead: Membership) -> str:
    """Publish an article that no other line has, and draft its next version; return its name."""
    slug, said = f"about-{line.slug}", Wording(line.default_language, "Title", "Some words.")
    with tenant_scope(line):
        draft_article(line, lead, slug=slug, category="Things", wording=said)
        publish_draft(line, lead, slug)
        redraft(line, lead, slug, category="Things", wording=Wording(said.language, "T", "Other."))
    return slug


def paper_of(member: Membership) -> str:
    """Return a kind of qualification that a member holds."""
    with tenant_scope(member.tenant):
        return Qualification.objects.filter(membership=member).latest("pk").kind


def shift_of(line: Tenant, member: Membership) -> str:
    """Plan a shift; return when it begins."""
    now = clock.now()
    begins = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=3)
    with tenant_scope(line):
        plan_shift(line, member, begins_at=begins, ends_at=begins + timedelta(hours=4), now=now)
    return begins.isoformat()


def asked_for(line: Tenant, other: Tenant) -> dict[str, Value]:
    """Let an operator ask for an address at ``line``; at ``other`` a request stands as well."""
    _, boss = vault.furnish(line)
    made, next_one = vault.ask_for(line, boss, vault.begun(line)), vault.begun(line)
    with tenant_scope(other):
        foreign = VaultRequest.objects.create(
            tenant=other,
            conversation=uuid4(),
            day=clock.now().date(),
            basis=VaultRequest.Basis.DUTY,
            told="Police",
            group=VaultRequest.Group.PLATFORM,
            asked_by=boss,
            expires_at=clock.now() + timedelta(days=1),
        )
    return {
        "request": str(made.pk),
        "foreign request": str(foreign.pk),
        "reference": str(next_one),
    }


def row_of(model: type[Model], line: Tenant | None) -> Model | None:
    """Return some row of a model: a line's own, where the model is a tenant's."""
    if issubclass(model, TenantModel):
        if line is None:
            return None
        with tenant_scope(line):
            return model._default_manager.first()
    if model in (Tenant, Operator, User):
        return model._default_manager.order_by("pk").first()
    return model._default_manager.first()


def type_of_tenants() -> int:
    return ContentType.objects.get_for_model(Tenant).pk


def unknown(like: Any) -> str:
    """Return a name of the same shape that nothing has."""
    try:
        UUID(str(like))
    except ValueError:
        return "no-such-thing" if not str(like).isdigit() else "987654321"
    return str(uuid4())
