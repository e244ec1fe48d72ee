"""Whatever goes wrong on the way, the visitor is where a person has them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from chat import neglect
from chat.calls import call, scoped_call
from chat.models import Conversation
from chat.states import State
from referrals import carrying, handoffs
from referrals.forgetting import KINDS
from referrals.models import Incoming, Outgoing, Partnership, ReferralCount
from referrals.partnerships import Terms, accept, propose, revoke
from retention.purge import purge
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.models import Hours, HoursException, Membership, Tenant
from tests import clients, world
from tests.clients import desk, hire, host_of, post, visitor
from tests.referrals.passing import (
    Passed,
    after,
    arrive,
    card_now,
    go_back,
    lay,
    passed,
    say_yes,
    state_now,
    there,
    tokens_in,
)
from tests.talks import owner_rows

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE = timedelta(minutes=1)
REASON = "Her er ingen ledig i kveld."


async def living(line: Tenant) -> int:
    rows = Conversation.objects.exclude
    return await scoped_call(line, lambda: rows(state=State.ENDED).count())


async def counted(line: Tenant) -> dict[str, int]:
    return dict(
        await scoped_call(
            line, lambda: list(ReferralCount.objects.values_list("outcome", "number"))
        )
    )


async def is_home(giver: Tenant, one: Passed, state: str = "back") -> None:
    """See that the visitor gets their talk back, once, and that the counsellor has them."""
    assert await state_now(one.going.desk, one.going.conversation) == state
    home = await go_back(giver, one.tokens.back)
    assert home.status == 201, home.body
    found = home.json()
    assert found["conversation"] == one.going.conversation
    assert (found["socket"], found["resume_code"]) == ("/ws/visitor", None)
    assert await one.going.visitor.closed() == 4401
    async with visitor(giver, secret=found["secret"]) as tab:
        assert (await tab.say("Jeg er her igjen."))["type"] == "said"
        assert REASON not in str(tab.welcome)
        heard = [await one.going.desk.receive("message")]
        while heard[-1]["text"] != "Jeg er her igjen.":
            heard.append(await one.going.desk.receive("message"))
    assert over(await go_back(giver, one.tokens.back)) == (410, "over")


def over(answer: clients.Answer) -> tuple[int, str]:
    return answer.status, answer.json()["error"]


def close() -> None:
    Hours.objects.all().delete()
    HoursException.objects.all().delete()


async def test_partner_that_has_closed_refuses_and_nothing_was_lost(
    giver: Tenant, taker: Tenant
) -> None:
    async with clients.talk(giver) as going:
        card = await lay(going.desk, going.conversation, taker)
        await scoped_call(taker, close)

        answered, told = await say_yes(going.visitor, card, "all")

        assert answered["value"] == {"choice": "all", "state": "agreed"}
        assert (told["state"], "url" in told) == ("refused", False)
        assert await state_now(going.desk, going.conversation) == "refused"
        assert (await going.visitor.say("Da blir jeg her."))["type"] == "said"
        again = await lay(going.desk, going.conversation, taker)
        assert (again["mode"], again["open"]) == ("signpost", False)


async def test_partner_that_closes_before_they_come_sends_them_back(
    giver: Tenant, taker: Tenant
) -> None:
    async with passed(giver, taker, "all") as one:
        await scoped_call(taker, close)

        answer = await arrive(taker, one.tokens.there)

        assert over(answer) == (409, "closed")
        await is_home(giver, one)
    assert await living(taker) == 0


async def test_partner_whose_day_ends_while_they_wait_sends_them_back(
    giver: Tenant, taker: Tenant
) -> None:
    async with passed(giver, taker) as one:
        found = await there(taker, one)
        async with visitor(taker, secret=found["secret"]) as tab:
            await scoped_call(taker, close)
            await after(61 * MINUTE * 24)
            await call(neglect.tend, taker)

            assert (await tab.receive("ended"))["by"] == "system"
        assert await living(taker) == 0


async def test_used_token_is_void_and_what_it_began_is_gone(giver: Tenant, taker: Tenant) -> None:
    """Whoever is second shows that there are two: neither of them has the talk."""
    async with passed(giver, taker, "all", "Bare til deg.") as one:
        stolen = await there(taker, one)
        async with visitor(taker, secret=stolen["secret"]) as thief:
            assert thief.welcome["state"] == "waiting"

            assert over(await arrive(taker, one.tokens.there)) == (409, "used")

            assert (await thief.receive("ended"))["by"] == "system"
        assert await living(taker) == 0
        assert await call(owner_rows, "default", "SELECT count(*) FROM chat_card c JOIN"
                          " tenants_tenant t ON t.id = c.tenant_id WHERE slug = 'snakkompsyken'"
                          ) == [(0,)]  # fmt: skip
        assert over(await arrive(taker, one.tokens.there)) == (410, "over")
        await is_home(giver, one, "void")
    for line in (giver, taker):
        assert (await counted(line))["replayed"] == 1


async def test_page_whose_answer_was_lost_asks_again_and_no_other_page_may(
    giver: Tenant, taker: Tenant
) -> None:
    page, other = ({"tab": str(uuid4())} for _ in range(2))
    async with passed(giver, taker) as one:
        lost = await arrive(taker, one.tokens.there, **page)
        again = await arrive(taker, one.tokens.there, **page)

        assert (lost.status, again.status) == (201, 201)
        assert lost.json()["conversation"] == again.json()["conversation"]
        async with visitor(taker, secret=again.json()["secret"]) as tab:
            assert tab.welcome["state"] == "waiting"
        assert over(await arrive(taker, one.tokens.there, **other)) == (409, "used")

        lost = await go_back(giver, one.tokens.back, **page)
        again = await go_back(giver, one.tokens.back, **page)
        assert (lost.status, again.status) == (201, 201)
        async with visitor(giver, secret=again.json()["secret"]) as tab:
            assert tab.welcome["conversation"] == one.going.conversation
        assert over(await go_back(giver, one.tokens.back, **other)) == (410, "over")
    assert (await arrive(taker, one.tokens.there, tab="nobody")).status == 400


async def test_used_token_ends_no_talk_that_somebody_has_taken(
    giver: Tenant, taker: Tenant
) -> None:
    async with passed(giver, taker) as one, desk(taker) as window:
        found = await there(taker, one)
        async with visitor(taker, secret=found["secret"]) as tab:
            await window.ready()
            await window.take_next()

            assert over(await arrive(taker, one.tokens.there)) == (409, "used")

            assert (await tab.say("Fortsatt her."))["type"] == "said"
    for line in (giver, taker):
        assert (await counted(line))["replayed"] == 1


async def test_tokens_open_nothing_elsewhere_and_no_id_of_one_side_the_other(
    giver: Tenant, taker: Tenant, third: Tenant
) -> None:
    async with passed(giver, taker) as one:
        for line, token in (
            (third, one.tokens.there), (giver, one.tokens.there), (taker, one.tokens.back),
            (taker, "a" * 43), (taker, "\0"), (taker, one.going.conversation),
        ):  # fmt: skip
            assert over(await arrive(line, token)) == (404, "not_found")
        for line, token in ((third, one.tokens.back), (taker, one.tokens.back),
                            (giver, one.tokens.there), (giver, "a" * 43)):  # fmt: skip
            assert over(await go_back(line, token)) == (404, "not_found")
        found = await there(taker, one)
        assert found["conversation"] != one.going.conversation
        async with desk(taker) as window:
            await window.ready()
            assert (await window.claim(one.going.conversation))["code"] == "not_found"
        assert (await one.going.desk.open_talk(found["conversation"]))["code"] == "not_found"
        for line, secret in ((giver, found["secret"]), (taker, one.going.visitor.secret)):
            async with visitor(line, secret=secret, greet=False) as tab:
                hello = {"type": "hello", "protocol": 1, "secret": secret, "after": 0}
                await tab.send(hello)
                assert await tab.closed() == 4401


async def test_who_does_not_come_is_where_they_were_and_what_was_sealed_is_gone(
    giver: Tenant, taker: Tenant
) -> None:
    async with passed(giver, taker, "all", "Til deg.") as one:
        segment = await scoped_call(taker, lambda: str(Incoming.objects.get().segment))
        await after(MINUTE)

        assert over(await arrive(taker, one.tokens.there)) == (410, "over")
        left = "SELECT count(*) FROM segment_key WHERE segment = %s"
        assert await call(owner_rows, "keys", left, segment) == [(0,)]
        row = await scoped_call(taker, lambda: Incoming.objects.get())
        assert (row.body, row.segment, row.settled) == (None, None, True)
        assert (await one.going.visitor.say("Jeg turte ikke."))["type"] == "said"
        await is_home(giver, one, "never_arrived")
    assert (await counted(giver))["never_arrived"] == (await counted(taker))["never_arrived"] == 1


async def test_nobody_waits_longer_than_agreed(giver: Tenant, taker: Tenant) -> None:
    async with passed(giver, taker) as one:
        found = await there(taker, one)
        async with visitor(taker, secret=found["secret"]) as tab:
            await after(14 * MINUTE)
            assert await state_now(one.going.desk, one.going.conversation) == "there"
            await after(2 * MINUTE)
            assert (await tab.receive("ended"))["by"] == "system"
        await is_home(giver, one)
        assert (await counted(giver)) == {"accepted": 1, "arrived": 1, "returned": 1}
        assert (await counted(taker)) == {"accepted": 1, "arrived": 1, "returned": 1}


async def test_counsellor_calls_back_until_they_are_taken(giver: Tenant, taker: Tenant) -> None:
    async with passed(giver, taker) as one, desk(giver, number=2) as colleague:
        await there(taker, one)
        about = {"type": "withdraw", "conversation": one.going.conversation, "card": one.card["id"]}
        assert (await colleague.request(about))["code"] == "not_found"

        card = await one.going.desk.request(about)

        assert (card["type"], card["value"]["state"]) == ("card", "back")
        assert (await one.going.desk.request(about))["code"] == "not_allowed"
        await is_home(giver, one)
    assert await living(taker) == 0


async def test_partner_sends_back_who_waits_and_nobody_else(
    giver: Tenant, taker: Tenant, third: Tenant
) -> None:
    def member(line: Tenant, role: str = "counsellor") -> Membership:
        return hire(line, role)

    async with passed(giver, taker) as one, visitor(taker) as other:
        waits = UUID((await there(taker, one))["conversation"])
        answers = await call(member, taker)
        for line, who, talk in (
            (taker, await call(member, taker, "officer"), waits),
            (taker, answers, UUID(other.conversation)),
            (third, await call(member, third), waits),
        ):
            with pytest.raises(NotFound):
                await call(handoffs.send_back, line, who, talk)

        with pytest.raises(Invalid):
            await call(partial(handoffs.send_back, taker, answers, waits, reason="x" * 301))
        await call(partial(handoffs.send_back, taker, answers, waits, reason=REASON))

        # For whoever has the talk at home, and for its visitor never.
        at_desk = await card_now(one.going.desk, one.going.conversation)
        assert at_desk["value"]["desk"] == {"reason": REASON}
        heard = [one.card]
        while heard[-1]["version"] < at_desk["version"]:
            heard.append(await one.going.visitor.receive("card"))
        assert REASON not in str(heard)
        assert heard[-1]["value"] == {"choice": "nothing", "state": "back"}
        await is_home(giver, one)
        with pytest.raises(NotAllowed):
            await call(handoffs.send_back, taker, answers, waits)


async def test_revoked_pact_brings_back_who_is_under_way(giver: Tenant, taker: Tenant) -> None:
    pact = await scoped_call(taker, lambda: Partnership.objects.get(side="takes").pact)
    async with passed(giver, taker) as waits, passed(giver, taker, number=2) as comes:
        await there(taker, waits)
        await call(revoke, taker, pact)

        assert over(await arrive(taker, comes.tokens.there)) == (410, "over")
        await after(timedelta(0))

        await is_home(giver, waits)
        await is_home(giver, comes)
        refused = await lay(waits.going.desk, waits.going.conversation, taker)
        assert refused["code"] == "invalid"
    assert await living(taker) == 0


async def test_as_many_are_under_way_as_agreed(giver: Tenant, taker: Tenant) -> None:
    await scoped_call(giver, lambda: Partnership.objects.filter(side="gives").update(at_once=2))
    await scoped_call(taker, lambda: Partnership.objects.filter(side="takes").update(at_once=1))
    async with clients.talk(giver, number=2) as second:
        card = await lay(second.desk, second.conversation, taker)
        async with passed(giver, taker) as one:
            _, told = await say_yes(second.visitor, card, "nothing")
            assert told["state"] == "refused"
            assert (await lay(second.desk, second.conversation, taker))["mode"] == "signpost"
            await after(MINUTE)
            assert (await lay(second.desk, second.conversation, taker))["mode"] == "live"
            assert await state_now(one.going.desk, one.going.conversation) == "never_arrived"


async def test_both_counsellors_leave_and_the_visitor_comes_first_at_home(
    giver: Tenant, taker: Tenant
) -> None:
    async with clients.talk(giver) as going, desk(giver, number=2) as next_one:
        await next_one.ready()
        card = await lay(going.desk, going.conversation, taker)
        _, told = await say_yes(going.visitor, card, "nothing")
        tokens = tokens_in(told)
        async with desk(taker) as window:
            await window.ready()
            found = (await arrive(taker, tokens.there)).json()
            await going.visitor.drop()
            await going.desk.drop()
        # Longer than anybody's line may be lost, but for whose visitor is expected back.
        for _ in range(4):
            await after(4 * MINUTE)
            for line in (giver, taker):
                await call(neglect.tend, line)
        assert await living(taker) == 0
        async with visitor(giver):
            home = (await go_back(giver, tokens.back)).json()
            async with visitor(giver, secret=home["secret"]) as tab:
                assert (tab.welcome["state"], tab.welcome["position"]) == ("waiting", 1)
                assigned = await next_one.take_next()
                assert assigned["conversation"] == going.conversation
    assert found["conversation"] != going.conversation


@pytest.fixture(params=["snakkompsyken", "urph"], ids=["ends", "parks"])
def fled_from(request: pytest.FixtureRequest, transactional_db: None) -> list[Tenant]:
    """Two lines with a pact; the second ends what its visitor flees from, or parks it."""
    lines = world.open_tenants("alarmtelefonen", request.param)
    if request.param == "urph":
        accept(lines[1], propose(lines[0], lines[1], Terms()))
    return lines


async def test_who_flees_or_ends_it_there_has_left_on_their_own(fled_from: list[Tenant]) -> None:
    """Rule: D12"""
    giver, taker = fled_from
    async with passed(giver, taker) as fled, passed(giver, taker, number=2) as said_goodbye:
        secret = (await there(taker, fled))["secret"]
        async with visitor(taker, secret=secret):
            await post(host_of(taker), "/api/conversations/leave", {"secret": secret})
        secret = (await there(taker, said_goodbye))["secret"]
        async with visitor(taker, secret=secret) as tab:
            await tab.leave()

        await call(carrying.carry_on)
        for one in (fled, said_goodbye):
            assert await state_now(one.going.desk, one.going.conversation) == "left"
        await after(20 * MINUTE)
        # With a code they come back to where they fled from, if to anything.
        assert await living(taker) == (1 if taker.slug == "urph" else 0)
        assert await living(giver) == 2
    assert (await counted(giver))["left"] == (await counted(taker))["left"] == 2


async def test_visitor_whose_line_drops_there_is_expected_at_home(
    giver: Tenant, taker: Tenant
) -> None:
    """The first talk outlives its own time for a lost line while somebody is waited for."""
    rows = Partnership.objects.filter
    for line in (giver, taker):
        await scoped_call(line, lambda: rows(mode="live").update(waits_minutes=100))
    async with passed(giver, taker) as one:
        found = await there(taker, one)
        async with visitor(taker, secret=found["secret"]):
            await one.going.visitor.drop()
            await after(20 * MINUTE)
            await call(neglect.tend, giver)
        await after(31 * MINUTE)
        for line in (taker, giver):
            await call(neglect.tend, line)
        await call(carrying.carry_on)
        assert (await living(taker), await living(giver)) == (0, 1)
        home = await go_back(giver, one.tokens.back)
        assert home.status == 201
        await after(31 * MINUTE)
        await call(neglect.tend, giver)
        assert await living(giver) == 0


async def test_who_waits_there_stays_where_the_first_talk_is_over(
    giver: Tenant, taker: Tenant
) -> None:
    async with passed(giver, taker) as one:
        found = await there(taker, one)
        await one.going.desk.close_talk(one.going.conversation)
        await after(20 * MINUTE)

        async with visitor(taker, secret=found["secret"]) as tab:
            assert tab.welcome["state"] == "waiting"
            assert over(await go_back(giver, one.tokens.back)) == (410, "over")
            assert (await tab.say("Jeg venter."))["type"] == "said"
        with pytest.raises(NotAllowed):
            await call(
                handoffs.send_back, taker, await call(hire, taker), UUID(found["conversation"])
            )


async def test_rows_are_gone_an_hour_after_they_are_settled(giver: Tenant, taker: Tenant) -> None:
    async with passed(giver, taker) as one:
        await there(taker, one)
        await one.going.desk.request(
            {"type": "withdraw", "conversation": one.going.conversation, "card": one.card["id"]}
        )
        await after(60 * MINUTE)
        assert await scoped_call(giver, lambda: Outgoing.objects.count()) == 0
        assert await scoped_call(taker, lambda: Incoming.objects.count()) == 0
        await call(purge)
        for kind in KINDS:
            table = kind.covers[0]._meta.db_table
            assert await call(owner_rows, "default", f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608
