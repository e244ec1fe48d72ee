"""Holds at the office: placed, confirmed, read and ended by those who may, each time written down."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from chat.calls import call
from chat.consults import ask_colleague, reply_to_consult
from chat.conversations import end_conversation
from chat.lines import desk_arrived, set_ready
from chat.queue import claim
from chat.states import By
from retention import keys
from retention.models import Hold
from retention.reviews import remind_reviews, today_at
from tenants.models import Membership, Role, Tenant
from tenants.scope import tenant_scope
from tests import clients
from tests.holds import (
    AUTHORITY,
    FREE,
    HELD,
    PURPOSE,
    REFERENCE,
    ended,
    hold,
    last_moment,
    marks,
    outcome_of,
    owner_of,
    pass_by,
    place,
    run_jobs,
    second_of,
    trail_of,
)
from tests.office.doors import Door
from tests.talks import GONE, Seen, begin, owner_rows, seen, segments_of, texts_in
from tests.world import hire, move_clock, stop_runtime

pytestmark = pytest.mark.django_db(transaction=True)

HOLDS, PLACE, KEPT = "/desk/office/holds/", "/desk/office/holds/place/", "/desk/office/kept/"
SENT = ["jag är rädd", "han vet var jag bor"]
ASIDE = ["Känner du igen det?", "Ja. Fråga hur det är hemma."]
WHOLE = Seen(conversations=1, segments=1, messages=2, bodies=2, keys=1)


@pytest.fixture
def second(tenant: Tenant) -> Door:
    """An administrator: who confirms."""
    second_of(tenant)
    return Door.of(tenant, Role.ADMINISTRATOR, 2)


def asked(tenant: Tenant, talk: UUID) -> dict[str, str]:
    """What stands in the form."""
    return {
        "talk": str(talk),
        "reason": "access",
        "authority": AUTHORITY,
        "reference": REFERENCE,
        "review_on": (today_at(tenant) + timedelta(days=30)).isoformat(),
    }


def act(held: Hold | UUID, name: str = "") -> str:
    at = held.pk if isinstance(held, Hold) else held
    return f"{HOLDS}{at}/{name}/" if name else f"{HOLDS}{at}/"


def read_by(door: Door, held: Hold | UUID) -> list[str] | int:
    """Return what a member reads through a hold, or the status of the refusal."""
    answer = door.post(act(held, "read"), {"purpose": PURPOSE})
    if answer.status_code != 200:
        return answer.status_code
    return re.findall(r"<p>([^<]*)</p></li>", answer.content.decode())


def at_desk(tenant: Tenant, number: int) -> Membership:
    member = hire(tenant, number=number)
    with tenant_scope(tenant):
        desk_arrived(tenant, member, socket=uuid4(), process=uuid4())
    return member


def test_hold_from_the_list_of_kept_talks_to_its_handing_over(
    tenant: Tenant, officer: Door, second: Door
) -> None:
    """Rule: U8, T10"""
    talk = ended(tenant, *SENT)
    segments = segments_of(talk)
    assert f"{PLACE}?talk={talk}" in officer.get(KEPT).content.decode()
    assert str(talk) in officer.get(PLACE, talk=str(talk)).content.decode()

    placed = officer.post(PLACE, asked(tenant, talk))
    assert (placed.status_code, marks(talk)) == (302, HELD)
    page = placed.headers["Location"]
    assert officer.post(f"{page}confirm/").status_code == 409
    assert second.post(f"{page}confirm/").status_code == 302
    pass_by(talk)
    run_jobs()
    assert read_by(officer, UUID(page.split("/")[-2])) == SENT

    assert "En tilbakeholdelse" not in officer.read(f"{page}release/", lang="en")
    answer = officer.post(f"{page}release/", {"outcome": "handed_over"})
    assert (answer.headers["Location"], seen(talk, segments)) == (f"{HOLDS}?said=ended", GONE)
    assert "What was due has been destroyed." in officer.read(HOLDS, said="ended")
    assert trail_of(tenant) == ["hold.placed", "hold.confirmed", "hold.read", "hold.handed_over"]


def test_page_commits_how_a_hold_ends_before_it_lets_go_of_the_keys(
    tenant: Tenant, officer: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A request is one transaction elsewhere; a crash in this one would leave a hold without keys."""
    held = hold(tenant, ended(tenant, *SENT), reason="access")
    release_keys, committed = keys.release_keys, []

    def look_and_release(line: Tenant, segments: Iterable[UUID]) -> None:
        committed.append(outcome_of(held))
        release_keys(line, segments)

    monkeypatch.setattr(keys, "release_keys", look_and_release)

    assert officer.post(act(held, "release"), {"outcome": "over"}).status_code == 302
    assert committed == [("over", False)]


def test_what_is_held_is_visible_to_its_owner_and_to_officers_alone(
    tenant: Tenant, other: Tenant
) -> None:
    """As for an id that never was, and each reading is written down.  Rule: U8"""
    talk = ended(tenant, *SENT)
    owner = Door.of(tenant, Role.ADMINISTRATOR, 7)
    held = hold(tenant, talk, by=owner.member, reason="access")
    pass_by(talk)
    strangers = [
        Door.of(tenant, Role.COUNSELLOR),
        Door.of(tenant, Role.SUPERVISOR),
        Door.of(tenant, Role.ADMINISTRATOR, 2),
        Door.of(other, Role.OFFICER),
        Door.of(other, Role.ADMINISTRATOR),
    ]

    for stranger in strangers:
        refused, unknown = (
            stranger.post(act(which, "read"), {"purpose": PURPOSE}) for which in (held, uuid4())
        )
        assert (refused.status_code, refused.content) == (404, unknown.content)
        assert stranger.get(act(held, "read")).content == unknown.content
    assert "hold.read" not in trail_of(tenant)

    assert read_by(owner, held) == SENT
    assert read_by(Door.of(tenant, Role.OFFICER, 5), held) == SENT
    query = "SELECT actor, basis FROM tenants_auditentry WHERE action = 'hold.read' ORDER BY id"
    assert owner_rows("default", query)[0] == (owner.member.pk, PURPOSE)
    assert trail_of(tenant).count("hold.read") == 2


def test_held_talk_has_with_it_what_colleagues_said_of_it(
    tenant: Tenant, officer: Door, second: Door
) -> None:
    """It is sealed under the talk's key, so that the hold keeps it; nothing kept is hidden."""
    asker, colleague = at_desk(tenant, 1), at_desk(tenant, 2)
    talk = begin(tenant, *SENT)
    with tenant_scope(tenant):
        set_ready(tenant, asker, ready=True)
        claim(tenant, asker, talk, then=str)
        thread = ask_colleague(tenant, asker, talk, colleague_id=colleague.pk, text=ASIDE[0])
        reply_to_consult(tenant, colleague, thread.id, text=ASIDE[1])
    assert end_conversation(tenant, talk, by=By.VISITOR)
    held = hold(tenant, talk, reason="access")

    assert read_by(officer, held) == SENT + ASIDE

    pass_by(talk)
    run_jobs()
    assert read_by(officer, held) == SENT + ASIDE
    page = officer.post(act(held, "read"), {"purpose": PURPOSE}).content.decode()
    assert page.index("En kollega") > page.index(SENT[-1])
    # With the hold goes all of it.
    officer.post(act(held, "release"), {"outcome": "over"})
    assert owner_rows("default", "SELECT 1 FROM chat_consult") == []


def test_held_talk_is_on_no_page_but_its_own(tenant: Tenant, officer: Door) -> None:
    talk = ended(tenant, *SENT)
    hold(tenant, talk, reason="access")
    assert str(talk) in officer.get(KEPT).content.decode()

    pass_by(talk)

    assert str(talk) not in officer.get(KEPT).content.decode()
    assert officer.post(f"{KEPT}{talk}/flag/").status_code == 404
    for path in (HOLDS, KEPT, "/desk/office/trail/", "/desk/"):
        page = officer.get(path).content.decode()
        assert [text for text in SENT if text in page] == []


async def test_socket_opens_what_is_held_to_nobody_once_its_time_is_over(tenant: Tenant) -> None:
    """Rule: U8, T9"""
    talk = await call(ended, tenant, *SENT)
    await call(hold, tenant, talk, reason="access")
    not_found = {"type": "error", "code": "not_found", "text": "no such talk"}
    try:
        async with clients.desk(tenant, Role.OFFICER) as window:
            opened = await window.open_talk(str(talk), purpose="case 7")
            assert [message["text"] for message in opened["messages"]] == SENT
            await call(pass_by, talk)
            assert await window.open_talk(str(talk), purpose="case 7") == not_found
        for role in (Role.COUNSELLOR, Role.SUPERVISOR):
            async with clients.desk(tenant, role) as window:
                assert await window.open_talk(str(talk), purpose="case 7") == not_found
        async with clients.desk(tenant, Role.ADMINISTRATOR) as window:
            refused = await window.open_talk(str(talk), purpose="case 7")
            assert refused["code"] == "not_allowed"
    finally:
        await stop_runtime()


def test_nothing_is_read_through_a_hold_that_nobody_has_confirmed(
    tenant: Tenant, officer: Door
) -> None:
    talk = ended(tenant, *SENT)
    move_clock(last_moment(talk) - timedelta(minutes=1))
    held = place(tenant, talk, reason="access")
    pass_by(talk)

    assert read_by(officer, held) == 404
    move_clock(held.confirm_by)
    # No job has run; the clock alone says so, also on the page.
    assert read_by(officer, held) == 404
    assert "This hold is over." in officer.read(act(held), lang="en")
    assert trail_of(tenant) == ["hold.placed"]


def test_until_its_time_is_over_a_hold_shows_a_talk_to_nobody_who_could_not_read_it_anyway(
    tenant: Tenant, officer: Door
) -> None:
    talk = ended(tenant, *SENT)
    owner = Door.of(tenant, Role.ADMINISTRATOR, 7)
    held = hold(tenant, talk, by=owner.member, reason="access")

    assert read_by(officer, held) == SENT
    assert read_by(owner, held) == []
    pass_by(talk)
    assert read_by(owner, held) == SENT


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"reason": "investigation"}, "for this reason", id="not promised"),
        pytest.param({"reason": "curiosity"}, "Fill in every field", id="no reason"),
        pytest.param({"authority": " "}, "Fill in every field", id="nobody demands it"),
        pytest.param({"review_on": "soon"}, "Fill in every field", id="no day"),
        pytest.param({"talk": "xyz"}, "There is no such talk", id="no reference"),
        pytest.param({"talk": str(uuid4())}, "There is no such talk", id="unknown"),
    ],
)
def test_refused_hold_says_why_and_keeps_what_was_filled_in(
    tenant: Tenant, officer: Door, changes: dict[str, str], said: str
) -> None:
    talk = ended(tenant, *SENT)
    officer.get(HOLDS, lang="en")

    answer = officer.post(PLACE, {**asked(tenant, talk), **changes})

    page = answer.content.decode()
    assert (answer.status_code, marks(talk)) == (409, FREE)
    assert said in page
    assert REFERENCE in page


def test_only_those_who_keep_come_in(
    tenant: Tenant, other: Tenant, officer: Door, administrator: Door
) -> None:
    talk = ended(tenant, *SENT)
    held = place(tenant, talk, reason="access")
    kept_out = [Door.of(tenant, Role.COUNSELLOR), Door.of(tenant, Role.SUPERVISOR)]
    outsider = Door.of(other, Role.OFFICER)

    for path in (HOLDS, PLACE, KEPT, act(held), act(held, "release")):
        assert [door.get(path).status_code for door in kept_out] == [404, 404]
        assert [door.get(path).status_code for door in (officer, administrator)] == [200, 200]
    for name in ("confirm", "refuse", "review", "release"):
        for door in (*kept_out, outsider):
            assert door.post(act(held, name), {"outcome": "over"}).status_code in (404, 409)
    assert outsider.get(act(held)).status_code == 404
    assert outsider.post(PLACE, asked(other, talk)).status_code == 409
    assert (marks(talk), trail_of(tenant)) == (HELD, ["hold.placed"])


def test_second_person_refuses(tenant: Tenant, second: Door) -> None:
    talk = ended(tenant, *SENT)
    held = place(tenant, talk, reason="access")

    answer = second.post(act(held, "refuse"))

    assert answer.headers["Location"] == f"{HOLDS}?said=refused"
    assert (outcome_of(held), marks(talk)) == (("refused", True), FREE)
    assert texts_in(tenant, talk) == SENT


def test_administrator_ends_only_a_hold_of_their_own(tenant: Tenant, second: Door) -> None:
    talk = ended(tenant, *SENT)
    held = hold(tenant, talk, reason="access")

    assert second.post(act(held, "release"), {"outcome": "over"}).status_code == 409
    assert (outcome_of(held), marks(talk)) == (("", False), HELD)


def test_review_is_reminded_of_and_never_ends_a_hold(tenant: Tenant, officer: Door) -> None:
    held = hold(tenant, ended(tenant, *SENT), reason="access")
    due = held.review_on
    assert "was due" not in officer.read(HOLDS, lang="en")

    move_clock(held.placed_at + timedelta(days=31))
    # The day says so, and not the job.
    assert "Holds to be reviewed: 1" in officer.read("/desk/office/policy/", lang="en")
    assert f"was due on {due.day}" in officer.read(HOLDS, lang="en")
    assert [remind_reviews(), remind_reviews()] == [1, 0]
    run_jobs()
    assert (outcome_of(held), marks(held.thing)) == (("", False), HELD)

    later = today_at(tenant) + timedelta(days=20)
    assert officer.post(act(held, "review"), {"review_on": later.isoformat()}).status_code == 302
    assert "was due" not in officer.read(HOLDS, lang="en")
    assert remind_reviews() == 0
    move_clock(held.placed_at + timedelta(days=52))
    assert remind_reviews() == 1
    assert trail_of(tenant)[2:] == ["hold.review_due", "hold.reviewed", "hold.review_due"]


@pytest.mark.parametrize("days", [0, 93])
def test_review_is_within_three_months(tenant: Tenant, officer: Door, days: int) -> None:
    held = hold(tenant, ended(tenant, *SENT), reason="access")
    day = today_at(tenant) + timedelta(days=days)

    answer = officer.post(act(held, "review"), {"review_on": day.isoformat()})

    assert answer.status_code == 409
    query = "SELECT review_on FROM retention_hold"
    assert owner_rows("default", query) == [(held.review_on,)]


def test_officer_flags_a_talk_in_the_list_once(other: Tenant) -> None:
    """Rule: U7"""
    talk, officer = ended(other, *SENT), Door.of(other, Role.OFFICER)
    flag = f"{KEPT}{talk}/flag/"
    administrator = Door.of(other, Role.ADMINISTRATOR)
    assert flag in officer.get(KEPT).content.decode()
    assert flag not in administrator.get(KEPT).content.decode()
    assert administrator.post(flag).status_code == 404

    assert officer.post(flag).status_code == 302

    assert "found in it" in officer.read(KEPT, lang="en")
    assert flag not in officer.get(KEPT).content.decode()
    query = "SELECT expiry_rule FROM chat_conversation"
    assert owner_rows("default", query) == [("U7",)]


def test_flag_is_not_offered_where_it_changes_nothing(tenant: Tenant, officer: Door) -> None:
    talk = ended(tenant, *SENT)

    assert "flag/" not in officer.get(KEPT).content.decode()
    assert officer.post(f"{KEPT}{talk}/flag/").status_code == 409


def test_owner_may_leave_and_the_officers_remain(tenant: Tenant, officer: Door) -> None:
    talk = ended(tenant, *SENT)
    owner = Door.of(tenant, Role.ADMINISTRATOR, 7)
    held = hold(tenant, talk, by=owner.member, reason="access")
    pass_by(talk)
    owner_rows(
        "default",
        "UPDATE tenants_membership SET role = 'counsellor' WHERE id = %s",
        owner.member.pk,
    )

    assert read_by(owner, held) == 404
    assert read_by(officer, held) == SENT
    assert owner_of(tenant) == officer.member
