"""The path of a line: from nothing to live by two people, paused, and left without a trace."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from django.db.models import QuerySet

from chat.calls import call, scoped_call
from chat.conversations import end_conversation
from chat.models import Conversation, Message
from chat.states import By
from retention import clock, departures, keys, purge
from retention.departures import Held, NotExported
from tenants import checklist, creating, dry_runs, going_live
from tenants.charter import read_charters
from tenants.checklist import Mark
from tenants.creating import Wanted
from tenants.drafts import contradictions, draft_of, first_terms, publish_draft, same_terms
from tenants.dry_runs import Course, Tell, Verdict
from tenants.dry_runs import Mark as Seen
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.loading import load_charters
from tenants.models import (
    AuditEntry,
    Departure,
    DryRun,
    Hours,
    Invitation,
    Membership,
    Notice,
    Operator,
    Proposal,
    Role,
    State,
    Tenant,
    User,
)
from tenants.policies import terms_of
from tenants.scope import tenant_scope
from tests import holds, world
from tests.administration.leaving import exported, leave_now
from tests.talks import begin, owner_rows
from tests.web import Client, ask, host_of, start

pytestmark = pytest.mark.django_db(transaction=True)


def visit(user: User | None) -> Client:
    client = Client(headers={"host": f"admin.{settings.HELPLINE_BASE}"})
    if user:
        client.force_login(user)
    return client


def operator() -> User:
    return User.objects.create_superuser("operator@helpline.example", world.PASSWORD, "Operator")


def created(slug: str = "nyhjelp", country: str = "NO") -> Tenant:
    body, _ = Operator.objects.get_or_create(slug="body", defaults={"name": "Body"})
    zone, languages = creating.ZONES[country], creating.LANGUAGES[country]
    return creating.create_tenant(Wanted(slug, "Ny hjelp", body, country, zone, languages))


def all_is_kept(tenant: Tenant, tell: Tell) -> Course:
    tell(0, 2)
    tell(2, 2)
    return Course((), (Verdict("gone at close", Seen.KEPT, "nothing was found"),))


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch, settings: object) -> None:
    """A dry run that finds nothing, and nobody who is asked for a second factor."""
    settings.HELPLINE_STAFF_MFA = "off"  # type: ignore[attr-defined]  # pytest-django's wrapper
    monkeypatch.setattr(dry_runs, "runners", [all_is_kept])


def prepare(tenant: Tenant) -> tuple[Membership, Membership]:
    """Give a line what it needs, by its rows; return two who may decide."""
    first, second = (world.hire(tenant, Role.ADMINISTRATOR, number) for number in (1, 2))
    world.hire(tenant, Role.COUNSELLOR)
    now = clock.now()
    with tenant_scope(tenant):
        publish_draft(tenant, begins_at=now, now=now)
        Hours.objects.bulk_create(
            Hours(tenant=tenant, weekday=day, opens="00:00", closes="00:00", rule="ours")
            for day in range(7)
        )
        texts = dict.fromkeys(tenant.languages, "Ring oss.")
        Notice.objects.create(
            tenant=tenant, slug="trouble", phone="800 99 900", texts=texts, active=False, rule="D3"
        )
    dry_runs.run(tenant, first)
    return first, second


def let_live(tenant: Tenant) -> tuple[Membership, Membership]:
    first, second = prepare(tenant)
    with tenant_scope(tenant):
        going_live.propose_live(tenant, first)
    with tenant_scope(tenant):
        going_live.confirm_live(tenant, second)
    tenant.refresh_from_db()
    return first, second


def marks(tenant: Tenant) -> dict[str, Mark]:
    with tenant_scope(tenant):
        return {item.name: item.mark for item in checklist.items(tenant)}


def state_of(tenant: Tenant) -> State:
    return Tenant.objects.get(pk=tenant.pk).state


def trail(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant):
        return list(AuditEntry.objects.order_by("pk").values_list("action", flat=True))


# Created.


def test_new_line_starts_from_something_that_works() -> None:
    tenant = created()

    assert (tenant.state, tenant.live) == (State.PREPARING, False)
    assert keys.has_tenant_key(tenant)
    with tenant_scope(tenant):
        draft = draft_of(tenant)
        assert draft is not None
        assert contradictions(terms_of(draft)) == []
        assert terms_of(draft).may_erase
        # Who throws it away begins from the same again.
        assert same_terms(terms_of(draft), first_terms())
    assert [name for name, mark in marks(tenant).items() if mark is Mark.MISSING] == [
        "policy", "hours", "notice", "administrators", "staff", "dry-run",
    ]  # fmt: skip
    assert trail(tenant) == ["tenant.created"]


@pytest.mark.parametrize("slug", ["admin", "www", "api", "desk-x", "Æ", "a.b", "-a", "", "a" * 41])
def test_slug_is_a_label_that_is_not_the_platforms(slug: str) -> None:
    with pytest.raises(Invalid):
        creating.check_slug(slug)


def test_operator_creates_and_changes_a_line_and_nobody_else_does() -> None:
    client, outsider = visit(operator()), visit(world.hire(created("other"), "administrator").user)
    body = Operator.objects.get(slug="body")
    said = {
        "slug": "nyhjelp",
        "name": "Ny hjelp",
        "operator": body.pk,
        "country": "SE",
        "zone": "Europe/Stockholm",
        "languages": ["en", "sv"],
        "administrator": "Ada@nyhjelp.example",
    }

    refused = client.post("/tenants/tenant/add/", {**said, "slug": "desk-x"}, secure=True)
    strange = outsider.post("/tenants/tenant/add/", said, secure=True)
    client.post("/tenants/tenant/add/", said, secure=True)
    tenant = Tenant.objects.get(slug="nyhjelp")
    with tenant_scope(tenant):
        invited = Invitation.objects.get()
    hosts = {"hosts-TOTAL_FORMS": 1, "hosts-INITIAL_FORMS": 0}
    one = {"hosts-0-hostname": "Chat.Body.example", "hosts-0-side": "visitor"}
    change = f"/tenants/tenant/{tenant.pk}/change/"
    client.post(change, {**said, "name": "Ny hjälp", **hosts, **one}, secure=True)

    assert "error" in refused.content.decode()
    assert strange.status_code == 302
    assert (tenant.languages, tenant.state) == (["sv", "en"], State.PREPARING)
    assert (invited.email, invited.role) == ("ada@nyhjelp.example", Role.ADMINISTRATOR)
    with tenant_scope(tenant):
        noted = AuditEntry.objects.filter(action="tenant.changed").order_by("pk")
        assert [(one.actor, one.basis, one.changes) for one in noted] == [
            (None, "operator", {"name": ["Ny hjelp", "Ny hjälp"]}),
            (None, "operator", {"hosts": ["", "chat.body.example (visitor)"]}),
        ]
    assert "nyhjelp" in client.get("/health/", secure=True).content.decode()


async def test_line_that_is_prepared_is_there_for_its_staff_alone() -> None:
    tenant = await call(created)

    visitor = await ask("GET", host_of(tenant), "/")
    desk = await ask("GET", host_of(tenant, "desk"), "/desk/login/")

    assert (visitor.status, visitor.json()) == (421, {"error": "unknown_host"})
    assert desk.status == 200


# The checklist.


def members(role: Role) -> QuerySet[Membership]:
    return Membership.objects.filter(role=role)


SPOILED: dict[str, Callable[[], object]] = {
    "hours": lambda: Hours.objects.all().delete(),
    "notice": lambda: Notice.objects.update(phone=""),
    "languages": lambda: Notice.objects.update(texts={"nb": "Bare norsk"}),
    "staff": lambda: members(Role.COUNSELLOR).update(active=False),
    "administrators": lambda: members(Role.ADMINISTRATOR).update(active=False),
}


def test_each_item_follows_from_the_rows(runs: None) -> None:
    tenant = created()
    prepare(tenant)

    assert {name for name, mark in marks(tenant).items() if mark is Mark.MISSING} == set()
    for name, spoil in SPOILED.items():
        with tenant_scope(tenant):
            spoil()
        assert marks(tenant)[name] is Mark.MISSING
        # Whoever changes a setting makes the dry run one of earlier settings.
        assert marks(tenant)["dry-run"] is Mark.MISSING


def test_second_factor_is_asked_of_those_who_are_counted(runs: None, settings: object) -> None:
    tenant = created()
    prepare(tenant)
    settings.HELPLINE_STAFF_MFA = "required"  # type: ignore[attr-defined]  # pytest-django's wrapper

    found = marks(tenant)

    assert (found["staff"], found["administrators"]) == (Mark.MISSING, Mark.MISSING)


async def test_bubble_counts_as_checked_once_a_page_of_that_origin_has_asked() -> None:
    tenant = await call(created)
    origins = ["https://www.body.example"]
    await call(
        Tenant.objects.filter(pk=tenant.pk).update, bubble_opens="frame", bubble_origins=origins
    )

    async def asked(referer: str) -> list[str]:
        headers = [(b"referer", referer.encode())]
        answer = await ask("GET", host_of(tenant), "/bubble.js", headers=headers)
        assert (answer.status, answer.json()) == (421, {"error": "unknown_host"})
        found = await call(Tenant.objects.get, pk=tenant.pk)
        return list(found.bubble_seen)

    assert await asked("https://other.example/") == []
    assert await asked("https://www.body.example.evil.example/") == []
    assert await asked("https://www.body.example/page?who=me") == origins


# Live by two, paused by one.


def test_line_goes_live_by_two_people_and_by_nobody_elses_word(runs: None) -> None:
    tenant, other = created(), created("other")
    first, second = prepare(tenant)
    outsider, _ = prepare(other)
    counsellor = world.hire(tenant, Role.COUNSELLOR)
    officer = world.hire(tenant, Role.OFFICER)

    def tries(member: Membership) -> None:
        with tenant_scope(tenant):
            going_live.confirm_live(tenant, member)

    with pytest.raises(NotFound):
        tries(second)
    with tenant_scope(tenant):
        going_live.propose_live(tenant, first)
    for member in (first, counsellor, outsider):
        with pytest.raises(NotAllowed):
            tries(member)
    assert state_of(tenant) == State.PREPARING
    tries(officer)

    assert state_of(tenant) == State.LIVE
    assert trail(tenant)[-2:] == ["tenant.go_live_proposed", "tenant.live"]


def test_proposal_is_over_after_a_day_and_nothing_is_live_while_anything_is_missing(
    runs: None,
) -> None:
    tenant = created()
    first, second = prepare(tenant)
    with tenant_scope(tenant):
        going_live.propose_live(tenant, first)
        Notice.objects.update(phone="")
    with tenant_scope(tenant), pytest.raises(going_live.Unready) as lacking:
        going_live.confirm_live(tenant, second)
    with tenant_scope(tenant):
        Notice.objects.update(phone="800 99 900")
    world.move_clock(clock.now() + timedelta(hours=24))
    with tenant_scope(tenant), pytest.raises(NotFound):
        going_live.confirm_live(tenant, second)

    assert [item.name for item in lacking.value.items] == ["notice", "dry-run"]
    purge.purge()
    assert owner_rows("default", "SELECT count(*) FROM tenants_proposal") == [(0,)]


async def test_paused_line_says_so_and_lets_nobody_new_in_and_goes_on_with_who_is_there() -> None:
    [tenant] = await call(world.open_tenants, "detfinneshjelp")
    member = await call(world.hire, tenant, Role.ADMINISTRATOR)
    began = await start(tenant)

    await scoped_call(tenant, going_live.pause, tenant, member)
    refused = await start(tenant)
    page = (await ask("GET", host_of(tenant), "/")).body.decode()
    status = (await ask("GET", host_of(tenant), "/api/status")).json()
    alive = await scoped_call(tenant, waiting)

    assert (began.status, refused.status) == (201, 409)
    assert refused.json()["error"] == "closed"
    assert "data-paused" in page
    assert 'href="tel:113"' in page
    assert (status["open"], status["opens_at"], status["accepting"]) == (False, None, False)
    assert alive == 1


def waiting() -> int:
    return Conversation.objects.filter(state="waiting").count()


def test_line_is_resumed_by_one_while_the_checklist_holds(runs: None) -> None:
    tenant = created()
    first, _ = let_live(tenant)
    with tenant_scope(tenant):
        going_live.pause(tenant, first)
        Notice.objects.update(phone="")
    with tenant_scope(tenant), pytest.raises(going_live.Unready):
        going_live.resume(tenant, first)
    with tenant_scope(tenant):
        Notice.objects.update(phone="800 99 900")
        going_live.resume(tenant, first)

    tenant.refresh_from_db()
    assert tenant.state == State.LIVE
    assert trail(tenant)[-2:] == ["tenant.paused", "tenant.resumed"]


# Left.


def test_line_leaves_and_nothing_of_it_can_be_read_from_that_moment() -> None:
    tenant, other = world.open_tenants("tidaholm", "urph")
    first, second = (world.hire(tenant, Role.ADMINISTRATOR, number) for number in (1, 2))
    outsider = world.hire(other, Role.ADMINISTRATOR)
    kept, alive = begin(tenant, "kept for three months"), begin(tenant, "still going on")
    end_conversation(tenant, kept, by=By.VISITOR)
    theirs = begin(other, "of another line")

    with tenant_scope(tenant), pytest.raises(NotExported):
        departures.propose_leave(tenant, first)
    files = exported(tenant, first)
    with tenant_scope(tenant):
        departures.propose_leave(tenant, first)
    for member, typed in ((second, "tida"), (first, "tidaholm"), (outsider, "tidaholm")):
        with pytest.raises((Invalid, NotAllowed)):
            departures.confirm_leave(tenant, member, typed=typed)
    with tenant_scope(tenant):
        assert Conversation.objects.count() == 2
    proof = departures.confirm_leave(tenant, second, typed="tidaholm")

    tenant.refresh_from_db()
    assert tenant.state == State.LEFT
    assert {"tidaholm/ledger.json", "tidaholm/counts.csv"} < files
    count = "SELECT count(*) FROM {} WHERE tenant{} = %s"
    for alias, table, column in (
        ("keys", "tenant_key", ""), ("keys", "segment_key", ""), ("keys", "vault_day", ""),
        ("default", "chat_conversation", "_id"), ("default", "chat_message", "_id"),
    ):  # fmt: skip
        assert owner_rows(alias, count.format(table, column), tenant.pk) == [(0,)]
    assert departures.follows(proof.said)
    assert proof.said["segment_keys"] is None
    # Nothing is sealed for it any more, whoever has not heard of it.
    with pytest.raises(keys.KeyDestroyed):
        keys.create_key(tenant, expires_at=clock.now() + timedelta(hours=1))
    with pytest.raises(NotAllowed), tenant_scope(tenant):
        going_live.resume(tenant, first)
    charters = read_charters([world.CHARTERS / "tidaholm.toml"])
    assert load_charters(charters, now=clock.now())[0].changes == ("has left: nothing is loaded",)
    # Of another line everything is as it was.
    with tenant_scope(other):
        assert Message.objects.filter(conversation_id=theirs).count() == 1
    assert keys.has_tenant_key(other)
    assert isinstance(alive, UUID)


def test_what_is_held_stops_leaving_until_it_is_released() -> None:
    [tenant] = world.open_tenants("urph")
    talk = begin(tenant, "to be handed over")
    holds.hold(tenant, talk)
    first = world.hire(tenant, Role.ADMINISTRATOR, 1)
    exported(tenant, first)

    with tenant_scope(tenant), pytest.raises(Held) as held:
        departures.propose_leave(tenant, first)
    # Where a hold slips in all the same, no key goes.
    assert keys.destroy_tenant_key(tenant) == (1, 0)

    assert held.value.count == 1
    assert keys.has_tenant_key(tenant)


async def test_host_of_a_line_that_has_left_says_so_and_shows_the_proof() -> None:
    [tenant] = await call(world.open_tenants, "tidaholm")
    await call(leave_now, tenant)

    front = await ask("GET", host_of(tenant), "/")
    proof = await ask("GET", host_of(tenant), "/proof/")
    said = json.loads((await ask("GET", host_of(tenant), "/proof/departure.json")).body)
    started = await start(tenant)
    desk = await ask("GET", host_of(tenant, "desk"), "/desk/login/")

    assert (front.status, proof.status, started.status, desk.status) == (200, 200, 404, 421)
    assert "data-left" in front.body.decode()
    assert re.search(r"data-departure>([0-9a-f]{64})<", proof.body.decode())
    assert departures.follows(said)


def test_language_that_waits_is_offered_nowhere_once_the_line_has_left(runs: None) -> None:
    [tenant] = world.open_tenants("tidaholm")
    first, second = (world.hire(tenant, Role.ADMINISTRATOR, number) for number in (1, 2))
    exported(tenant, first)
    with tenant_scope(tenant):
        departures.propose_leave(tenant, first)
    Tenant.objects.filter(pk=tenant.pk).update(whole_in=tenant.languages[:1])

    said = {"slug": tenant.slug}
    answer = visit(second.user).post(f"/t/{tenant.slug}/leave/confirm/", said, secure=True)

    assert answer.status_code == 303
    tenant.refresh_from_db()
    assert (tenant.state, tenant.whole_in) == (State.LEFT, tenant.languages[:1])


def test_what_broke_off_is_finished_by_the_job() -> None:
    [tenant] = world.open_tenants("tidaholm")
    begin(tenant, "still going on")
    Tenant.objects.filter(pk=tenant.pk).update(live=False, left_on=clock.now().date())

    assert departures.finish_departures() == 1

    assert departures.finish_departures() == 0
    with tenant_scope(tenant):
        assert Departure.objects.count() == 1
        assert Conversation.objects.count() == 0


# The pages.


def test_pages_of_the_path_are_for_the_lines_own_administrators(runs: None) -> None:
    tenant, other = created(), created("other")
    first, second = prepare(tenant)
    outsider = world.hire(other, Role.ADMINISTRATOR)
    one, two = visit(first.user), visit(second.user)
    at = f"/t/{tenant.slug}"

    for address in ("/", "/path/", "/dry-run/", "/leave/"):
        assert one.get(at + address, secure=True).status_code == 200
        assert visit(outsider.user).get(at + address, secure=True).status_code == 404
    assert visit(outsider.user).post(f"{at}/path/propose/", secure=True).status_code == 404
    ran = one.post(f"{at}/dry-run/", secure=True).content.decode()
    one.post(f"{at}/path/propose/", secure=True)
    shown = two.get(f"{at}/", secure=True).content.decode()
    two.post(f"{at}/path/confirm/", secure=True)

    assert "gone at close" in ran
    assert "data-confirm-live" in shown
    tenant.refresh_from_db()
    assert tenant.state == State.LIVE
    with tenant_scope(tenant):
        assert (DryRun.objects.count(), Proposal.objects.count()) == (1, 0)
        [run] = DryRun.objects.all()
        assert (run.kept, run.broken) == (1, 0)
