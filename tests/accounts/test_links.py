"""Invitations: from the office's form by a mailed link to the desk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from pytest_django import Settings

from retention import clock
from retention.purge import purge
from tenants import invitations, staff
from tenants.invitations import Fault, invite
from tenants.models import AuditEntry, Invitation, Membership, Role, Tenant, User
from tenants.scope import tenant_scope
from tests.accounts.mails import NEW, Browser, page_of, sent, stage
from tests.office.doors import Door
from tests.talks import owner_rows
from tests.world import PASSWORD, address_of, hire, move_clock, open_tenants

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("password_is_enough"),
]

PAGE = "/desk/office/staff/invitations/"
ELIN = "elin@somewhere.example"


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return open_tenants("tidaholm", "urph")


@pytest.fixture
def tenant(lines: list[Tenant]) -> Tenant:
    return lines[0]


@pytest.fixture
def other(lines: list[Tenant]) -> Tenant:
    return lines[1]


def form(tenant: Tenant, email: str = ELIN, role: str = Role.COUNSELLOR) -> dict[str, str]:
    title = f"title_{tenant.default_language}"
    return {"email": email, "role": role, title: "Kurator", "first_name": "Elin", "language": "en"}


def invited(tenant: Tenant, email: str = ELIN, role: str = Role.COUNSELLOR) -> UUID:
    with tenant_scope(tenant):
        title = {tenant.default_language: "Kurator"}
        made = invite(
            tenant, None, email=email, role=role, title=title, first_name="", language="sv"
        )
        return made.pk


def trail(tenant: Tenant) -> list[tuple[str, UUID | None, str]]:
    with tenant_scope(tenant):
        entries = AuditEntry.objects.exclude(action="policy.published").order_by("pk")
        return list(entries.values_list("action", "subject", "basis"))


def members(tenant: Tenant, email: str) -> list[tuple[str, str, dict[str, str], bool]]:
    with tenant_scope(tenant):
        rows = Membership.objects.filter(user__email=email)
        return list(rows.values_list("role", "first_name", "title", "active"))


def test_who_is_invited_sets_a_password_once_and_comes_in(tenant: Tenant) -> None:
    office = Door.of(tenant, Role.ADMINISTRATOR)
    assert office.post(PAGE, form(tenant)).status_code == 302
    assert 'data-invitation="waiting"' in office.get(PAGE, lang="en").content.decode()
    assert members(tenant, ELIN) == []
    assert not User.objects.filter(email=ELIN).exists()

    (mailed,) = sent()

    assert sent() == []
    assert mailed.to == [ELIN]
    assert tenant.name in mailed.body
    assert tenant.name not in mailed.subject
    assert len(mailed.token) == 43
    assert "The mail went out" in office.read(PAGE)
    rows = owner_rows("default", "SELECT i::text FROM tenants_invitation i")
    assert len(rows) == 1
    assert mailed.token not in str(rows)

    browser = Browser(tenant)
    assert stage(browser.get("/desk/link/")) == (200, "take")
    assert stage(browser.open_link(mailed.token)) == (200, "join")
    weak = browser.open_link(mailed.token, name="Elin Ek", password="short")
    assert stage(weak) == (409, "join")
    assert "at least 15 characters" in weak.content.decode()
    assert 'value="Elin Ek"' in weak.content.decode()
    nameless = browser.open_link(mailed.token, name=" ", password=NEW)
    assert stage(nameless) == (409, "join")
    assert "Say what you are called." in nameless.content.decode()
    assert stage(browser.open_link(mailed.token, name="Elin Ek", password=NEW)) == (200, "joined")

    # What is used is answered as what never was.
    used = browser.open_link(mailed.token, name="Elin Ek", password=PASSWORD)
    assert stage(used) == (410, "dead")
    assert page_of(used) == page_of(browser.open_link("x" * 43))
    assert not browser.signs_in(ELIN, PASSWORD)
    assert browser.signs_in(ELIN, NEW)
    assert "Elin Ek" in browser.get("/desk/").content.decode()
    assert members(tenant, ELIN) == [("counsellor", "Elin", {"sv": "Kurator"}, True)]
    assert "No invitation is open." in office.read(PAGE)
    with tenant_scope(tenant):
        member = Membership.objects.get(user__email=ELIN)
    assert trail(tenant) == [
        ("invitation.made", member.pk, "counsellor"),
        ("member.joined", member.pk, "counsellor"),
    ]


def test_who_has_an_account_keeps_their_password_and_is_told_to_nobody_before(
    tenant: Tenant, other: Tenant
) -> None:
    known = hire(other, Role.COUNSELLOR, 3)
    before = User.objects.values("password", "name").get(pk=known.user_id)
    office = Door.of(tenant, Role.ADMINISTRATOR)
    office.post(PAGE, form(tenant, known.user.email, Role.SUPERVISOR))
    (mailed,) = sent()
    assert known.user.name not in office.read(PAGE, lang="en")
    browser = Browser(tenant)
    assert not browser.signs_in(known.user.email, PASSWORD)

    assert stage(browser.open_link(mailed.token)) == (200, "known")
    wrong = browser.open_link(mailed.token, name="Somebody", password=NEW)
    assert stage(wrong) == (409, "known")
    assert members(tenant, known.user.email) == []
    assert stage(browser.open_link(mailed.token, password=PASSWORD)) == (200, "joined")

    assert User.objects.values("password", "name").get(pk=known.user_id) == before
    assert browser.signs_in(known.user.email, PASSWORD)
    assert [row[0] for row in members(tenant, known.user.email)] == ["supervisor"]
    assert [row[0] for row in members(other, known.user.email)] == ["counsellor"]


def test_a_line_that_is_not_live_yet_invites_its_first_administrator(tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(live=False)
    invited(tenant, ELIN, Role.ADMINISTRATOR)

    assert [mailed.to for mailed in sent()] == [[ELIN]]


def test_a_line_that_has_left_invites_nobody(tenant: Tenant, other: Tenant) -> None:
    invited(tenant, ELIN)
    invited(other, "bo@somewhere.example")
    Tenant.objects.filter(pk=tenant.pk).update(live=False, left_on=clock.now().date())

    assert [mailed.to for mailed in sent()] == [["bo@somewhere.example"]]


def test_who_has_left_comes_back_to_the_place_they_had(tenant: Tenant) -> None:
    member = hire(tenant, Role.COUNSELLOR, 3)
    with pytest.raises(Fault), tenant_scope(tenant):
        invite(
            tenant, None, email=member.user.email, role="counsellor", title={"sv": "x"},
            first_name="", language="sv",
        )  # fmt: skip
    with tenant_scope(tenant):
        staff.leave(tenant, member.pk, actor=None)
    assert not Browser(tenant).signs_in(member.user.email, PASSWORD)

    invited(tenant, member.user.email, Role.SUPERVISOR)
    (mailed,) = sent()
    assert stage(Browser(tenant).open_link(mailed.token, password=PASSWORD)) == (200, "joined")

    with tenant_scope(tenant):
        back = Membership.objects.get(user=member.user)
    assert (back.pk, back.role, back.left_at, back.expires_at) == (
        member.pk, "supervisor", None, None,
    )  # fmt: skip
    assert Browser(tenant).signs_in(member.user.email, PASSWORD)


def _withdrawn(tenant: Tenant, invitation: UUID) -> None:
    Door.of(tenant, Role.ADMINISTRATOR).post(f"{PAGE}{invitation}/withdraw/")


def _replaced(tenant: Tenant, invitation: UUID) -> None:
    move_clock(clock.now() + timedelta(minutes=6))
    office = Door.of(tenant, Role.ADMINISTRATOR)
    assert office.post(f"{PAGE}{invitation}/again/").status_code == 302
    # At the desk of another line, or at the platform's door, the newer one is nothing either.
    (newer,) = sent()
    elsewhere = Tenant.objects.get(slug="urph")
    assert stage(Browser(elsewhere).open_link(newer.token)) == (410, "dead")
    assert stage(Browser().open_link(newer.token)) == (410, "dead")
    assert stage(Browser(tenant).open_link(newer.token)) == (200, "join")


def _too_late(tenant: Tenant, invitation: UUID) -> None:
    move_clock(clock.now() + timedelta(hours=72))


@pytest.mark.parametrize("ends", [_withdrawn, _replaced, _too_late])
def test_a_dead_link_is_answered_as_one_that_never_was(
    tenant: Tenant, ends: Callable[[Tenant, UUID], None]
) -> None:
    invitation = invited(tenant)
    (mailed,) = sent()
    browser = Browser(tenant)
    assert stage(browser.open_link(mailed.token)) == (200, "join")

    ends(tenant, invitation)

    dead = browser.open_link(mailed.token, name="Elin", password=NEW)
    assert stage(dead) == (410, "dead")
    assert page_of(dead) == page_of(browser.open_link("never was"))
    assert not User.objects.filter(email=ELIN).exists()


def test_only_who_looks_after_staff_invites_and_to_no_more_than_is_theirs(
    tenant: Tenant, other: Tenant
) -> None:
    invitation = invited(tenant)
    supervisor = Door.of(tenant, Role.SUPERVISOR)
    acts = [f"{PAGE}{invitation}/again/", f"{PAGE}{invitation}/withdraw/"]

    for role in (Role.COUNSELLOR, Role.OFFICER):
        door = Door.of(tenant, role, 2)
        assert door.get(PAGE).status_code == 404
        assert door.post(PAGE, form(tenant, "a@b.example")).status_code == 404
        assert [door.post(act).status_code for act in acts] == [404, 404]
    outsider = Door.of(other, Role.ADMINISTRATOR)
    assert ELIN not in outsider.read(PAGE)
    assert [outsider.post(act).status_code for act in acts] == [404, 404]
    nobody = Browser(tenant)
    assert [nobody.post(act).status_code for act in [PAGE, *acts]] == [302] * 3

    for role in (Role.SUPERVISOR, Role.OFFICER, Role.ADMINISTRATOR):
        assert supervisor.post(PAGE, form(tenant, "b@b.example", role)).status_code == 404
    above = invited(tenant, "boss@b.example", Role.ADMINISTRATOR)
    assert supervisor.post(f"{PAGE}{above}/withdraw/").status_code == 404
    assert "boss@b.example" not in supervisor.read(PAGE)
    assert supervisor.post(PAGE, form(tenant, "c@b.example")).status_code == 302
    assert supervisor.post(acts[1]).status_code == 302
    with tenant_scope(tenant):
        left = set(Invitation.objects.values_list("email", flat=True))
    assert left == {"boss@b.example", "c@b.example"}


@pytest.mark.parametrize(
    ("field", "said", "words"),
    [
        ("email", "nobody", "That is no e-mail address."),
        ("email", ELIN.upper(), "This address is invited already."),
        ("email", "counsellor-1@tidaholm.example", "is a member here already."),
        ("title_sv", " ", "Give the title"),
        ("title_sv", "x" * 61, "The title is too long."),
        ("first_name", "x" * 41, "The first name is too long."),
    ],
)
def test_what_is_wrong_is_told_and_nothing_typed_is_lost(
    tenant: Tenant, field: str, said: str, words: str
) -> None:
    hire(tenant)
    invited(tenant)
    office = Door.of(tenant, Role.ADMINISTRATOR)

    answer = office.post(f"{PAGE}?lang=en", {**form(tenant, "new@b.example"), field: said})

    assert answer.status_code == 409
    assert words in answer.content.decode()
    assert 'value="Elin"' in answer.content.decode() or field == "first_name"
    assert sent()[0].to == [ELIN]


def test_a_mail_that_does_not_go_out_is_seen_and_tried_again(
    tenant: Tenant, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    office = Door.of(tenant, Role.ADMINISTRATOR)
    there = settings.EMAIL_BACKEND
    for backend in ("tenants.letters.NoServer", "django.core.mail.backends.smtp.EmailBackend"):
        settings.EMAIL_BACKEND, settings.EMAIL_PORT = backend, 9
        invitation = invited(tenant)
        assert sent() == []
        assert "could not be sent yet" in office.read(PAGE, lang="en")
        # Not before its pause is over.
        settings.EMAIL_BACKEND = there
        assert sent() == []
        move_clock(clock.now() + timedelta(seconds=61))
        (mailed,) = sent()
        assert "The mail went out" in office.read(PAGE)
        assert stage(Browser(tenant).open_link(mailed.token)) == (200, "join")
        office.post(f"{PAGE}{invitation}/withdraw/")
    said = "".join(str(vars(record)) for record in caplog.records)
    assert "mail_failed" in said
    assert ELIN not in said


def test_what_nobody_takes_up_is_gone_after_ten_days(tenant: Tenant, other: Tenant) -> None:
    invitation = invited(tenant)
    with pytest.raises(Fault), tenant_scope(tenant):
        invite(
            tenant, None, email=ELIN, role="counsellor", title={"sv": "x"}, first_name="",
            language="sv",
        )  # fmt: skip
    sent()
    move_clock(clock.now() + timedelta(days=9))
    invited(other)
    office = Door.of(tenant, Role.ADMINISTRATOR)
    assert "The link was not used in time." in office.read(PAGE, lang="en")

    move_clock(clock.now() + timedelta(days=1))
    assert "No invitation is open." in office.read(PAGE, lang="en")
    with tenant_scope(tenant):
        assert invitations.find_invitation("x") is None
    purge()

    ids = owner_rows("default", "SELECT id, email FROM tenants_invitation")
    assert invitation not in {row[0] for row in ids}
    assert [row[1] for row in ids] == [ELIN]
    assert address_of(tenant, Role.ADMINISTRATOR, 1) == office.login
