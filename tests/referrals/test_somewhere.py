"""Whatever two lines, a visitor, a thief and the power do, in whatever order: nobody is lost.

Hypothesis plays the real functions against both databases. A step may break off where it goes from
one line to the other, as when a process is killed there; the job carries on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import time, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chat import lines, neglect
from chat.cards import answer_card, follow_answer, offer_card, take_back
from chat.conversations import Opened, end_conversation, open_conversation, secret_hash
from chat.models import Card, Conversation
from chat.queue import claim
from chat.states import By, State
from referrals import carrying, handoffs, incoming
from referrals.models import Incoming, Outgoing, Partnership
from referrals.partnerships import Terms, accept, propose, revoke
from referrals.states import HandoffState
from retention import clock
from tenants.errors import HelplineError
from tenants.models import Hours, HoursException, Membership, Tenant
from tenants.scope import tenant_scope
from tests.referrals.passing import DRAFT, WHY
from tests.world import hire, move_clock

pytestmark = pytest.mark.django_db(transaction=True)

CHOICES = st.sampled_from(["nothing", "summary", "all"])
# The power fails where a step goes to the scope of this number; mostly it does not.
FAILS = st.sampled_from([0, 0, 0, 0, 1, 2, 3, 4, 5])


class PowerFailure(Exception):
    """The process is gone, between two transactions."""


@contextmanager
def power(fails_at: int) -> Iterator[None]:
    """Let the power fail before the scope of that number, if it is not 0."""
    entered = count(1)

    def scope(tenant: Tenant) -> Any:
        if next(entered) == fails_at:
            raise PowerFailure
        return tenant_scope(tenant)

    with pytest.MonkeyPatch.context() as patch:
        for module in (handoffs, incoming, carrying):
            patch.setattr(module, "tenant_scope", scope)
        with suppress(PowerFailure):
            yield


class World:
    """Two lines with a counsellor each, for all that is played."""

    def __init__(self, giver: Tenant, taker: Tenant) -> None:
        self.giver, self.taker = giver, taker
        Tenant.objects.update(capacity=10_000, queue_cap=10_000, visitor_lost_minutes=30)
        self.members = {line.pk: self.at_desk(line) for line in (giver, taker)}
        self.open_day_and_night()

    @staticmethod
    def at_desk(line: Tenant) -> Membership:
        member = hire(line)
        with tenant_scope(line):
            lines.desk_arrived(line, member, socket=uuid4(), process=PROCESS)
            lines.set_ready(line, member, ready=True)
        return member

    def open_day_and_night(self) -> None:
        for line in (self.giver, self.taker):
            with tenant_scope(line):
                Hours.objects.all().delete()
                HoursException.objects.all().delete()
                Hours.objects.bulk_create(
                    Hours(tenant=line, weekday=day, opens=time(0), closes=time(0))
                    for day in range(7)
                )

    def close_taker(self) -> None:
        with tenant_scope(self.taker):
            Hours.objects.all().delete()

    def agree_anew(self) -> None:
        with tenant_scope(self.giver):
            held = Partnership.objects.filter(side="gives", state="accepted").exists()
        if not held:
            accept(self.taker, propose(self.giver, self.taker, Terms(at_once=50)))


PROCESS = uuid4()


class Handoffs(RuleBasedStateMachine):
    """One visitor who begins at the giver, and whatever may become of them."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.world.open_day_and_night()
        self.world.agree_anew()
        self.giver, self.taker = self.world.giver, self.world.taker
        with tenant_scope(self.giver):
            self.home = open_conversation(self.giver)
        with tenant_scope(self.giver):
            claim(self.giver, self.member(self.giver), self.home.conversation, then=lambda talk: 0)
        self.there: Opened | None = None
        self.tokens: tuple[str, str] | None = None
        self.card: UUID | None = None
        self.is_over = self.is_stolen = self.is_shut = False

    def member(self, line: Tenant) -> Membership:
        return self.world.members[line.pk]

    @initialize(choice=CHOICES, comes=st.sampled_from([True, True, False]))
    def sets_out(self, choice: str, comes: bool) -> None:
        """Most begin on their way, so that what is rare happens to them there."""
        self.says_yes(choice, 0)
        if comes and self.tokens:
            self.comes(0)

    # What people do.

    @rule(choice=CHOICES, fails_at=FAILS)
    def says_yes(self, choice: str, fails_at: int) -> None:
        """The counsellor lays a card, and the visitor goes."""
        content = {"to": self.taker.slug, "why": WHY, "summary": DRAFT}
        talk = self.home.conversation
        with suppress(HelplineError), power(fails_at):
            laid = offer_card(
                self.giver, self.member(self.giver), talk, kind="referral", content=content
            )
            with tenant_scope(self.giver):
                card = answer_card(self.giver, talk, card_id=UUID(laid["id"]), value=choice)
            self.card = UUID(laid["id"])
            told = follow_answer(self.giver, talk, card)
            if told and told["state"] == "go":
                there, back = told["url"].partition("#handoff=")[2].split(".")
                self.tokens = there, back

    @precondition(lambda self: self.tokens)
    @rule(fails_at=FAILS)
    def comes(self, fails_at: int) -> None:
        with suppress(HelplineError), power(fails_at):
            self.there = handoffs.arrive(self.taker, self.tokens_now[0]).opened
            self.is_stolen = False

    @precondition(lambda self: self.tokens)
    @rule(fails_at=FAILS)
    def is_robbed(self, fails_at: int) -> None:
        """Somebody else uses the visitor's token."""
        with suppress(HelplineError), power(fails_at):
            handoffs.arrive(self.taker, self.tokens_now[0])
            self.is_stolen = True

    @precondition(lambda self: self.tokens)
    @rule(fails_at=FAILS)
    def goes_back(self, fails_at: int) -> None:
        with suppress(HelplineError), power(fails_at):
            self.home = handoffs.come_back(self.giver, self.tokens_now[1])

    @precondition(lambda self: self.card)
    @rule(fails_at=FAILS)
    def is_called_back(self, fails_at: int) -> None:
        assert self.card
        with suppress(HelplineError), power(fails_at):
            member, talk = self.member(self.giver), self.home.conversation
            take_back(self.giver, member, talk, card_id=self.card)

    @precondition(lambda self: self.tokens)
    @rule(fails_at=FAILS)
    def is_sent_back(self, fails_at: int) -> None:
        for talk in self.talks_there():
            with suppress(HelplineError), power(fails_at):
                handoffs.send_back(self.taker, self.member(self.taker), talk, reason=WHY)

    @precondition(lambda self: self.tokens)
    @rule(fails_at=FAILS, carries=st.booleans())
    def is_taken(self, fails_at: int, carries: bool) -> None:
        for talk in self.talks_there():
            with suppress(HelplineError), tenant_scope(self.taker):
                claim(self.taker, self.member(self.taker), talk, then=lambda talk: 0)
            if carries:
                with power(fails_at):
                    carrying.carry_on()

    @precondition(lambda self: self.there)
    @rule()
    def says_goodbye_there(self) -> None:
        assert self.there
        with tenant_scope(self.taker):
            goes_on = alive(self.there.conversation)
        if goes_on and not self.is_home():
            self.is_over = True
        end_conversation(self.taker, self.there.conversation, by=By.VISITOR)

    @rule()
    def first_counsellor_ends_the_talk(self) -> None:
        """Whoever has the visitor may say goodbye to them."""
        if self.is_home() and not self.is_there():
            self.is_over = True
        end_conversation(self.giver, self.home.conversation, by=By.COUNSELLOR)

    # What happens.

    @rule(fails_at=FAILS)
    def job_runs(self, fails_at: int) -> None:
        with power(fails_at):
            carrying.carry_on()

    @rule(span=st.sampled_from([5, 61, 16 * 60, 16 * 60]), carries=st.sampled_from([True, False]))
    def time_passes(self, span: int, carries: bool) -> None:
        """The visitor is on the line wherever they are; both lines look after their talks."""
        move_clock(clock.now() + timedelta(seconds=span))
        # A page whose talk at the partner has ended is back by itself.
        is_away = self.is_there()
        for line in (self.giver, self.taker):
            with tenant_scope(line):
                if line == self.taker or not is_away:
                    Conversation.objects.exclude(state=State.ENDED).update(visitor_lost_at=None)
            lines.beat(PROCESS)
            neglect.tend(line)
        if carries:
            carrying.carry_on()

    @precondition(lambda self: not self.is_shut)
    @rule()
    def partner_closes(self) -> None:
        self.world.close_taker()
        self.is_shut = True

    @precondition(lambda self: self.is_shut)
    @rule()
    def partner_opens(self) -> None:
        self.world.open_day_and_night()
        self.world.agree_anew()
        self.is_shut = False

    @precondition(lambda self: not self.is_shut)
    @rule()
    def pact_is_revoked(self) -> None:
        self.is_shut = True
        with tenant_scope(self.taker):
            row = Partnership.objects.filter(side="takes", state="accepted").first()
        if row:
            revoke(self.taker, row.pact)

    # What is always true.

    @invariant()
    def the_visitor_is_somewhere(self) -> None:
        assert self.is_over or self.is_home() or self.is_there() or self.is_stolen

    @invariant()
    def nobody_is_in_two_queues_and_one_line_has_them(self) -> None:
        with tenant_scope(self.taker):
            rows = list(Incoming.objects.filter(state=HandoffState.THERE))
            waiting = [row for row in rows if alive(row.conversation)]
        assert len(waiting) <= 1

    def teardown(self) -> None:
        """Once everything has been carried on, both sides say the same, and nothing lies about."""
        carrying.carry_on()
        move_clock(clock.now() + timedelta(minutes=121))
        self.beat_and_carry_on()
        with tenant_scope(self.giver):
            given = list(Outgoing.objects.exclude(token_hash=None))
            assert not Outgoing.objects.filter(settled=False).exists()
        with tenant_scope(self.taker):
            came = {bytes(row.token_hash): row for row in Incoming.objects.all()}
            assert not Incoming.objects.exclude(segment=None).exists()
            kept = [row for row in came.values() if row.state not in KEPT]
            assert [row for row in kept if alive(row.conversation)] == []
            assert not Card.objects.filter(conversation__in=[r.conversation for r in kept]).exists()
        for row in given:
            other = came.get(bytes(row.token_hash or b""))
            assert other is None or row.state == other.state, (row.state, other.state)
        taken = [row.conversation for row in given if row.state == HandoffState.TAKEN]
        with tenant_scope(self.giver):
            assert not any(alive(talk) for talk in taken)
        for line in (self.giver, self.taker):
            self.end_all(line)

    def beat_and_carry_on(self) -> None:
        lines.beat(PROCESS)
        carrying.carry_on()
        carrying.carry_on()

    @staticmethod
    def end_all(line: Tenant) -> None:
        with tenant_scope(line):
            rows = Conversation.objects.exclude(state=State.ENDED).values_list("pk", flat=True)
            left = list(rows)
        for talk in left:
            end_conversation(line, talk, by=By.SYSTEM)

    # Looking.

    @property
    def tokens_now(self) -> tuple[str, str]:
        assert self.tokens
        return self.tokens

    def is_home(self) -> bool:
        return opens(self.giver, self.home)

    def is_there(self) -> bool:
        return self.there is not None and opens(self.taker, self.there)

    def talks_there(self) -> list[UUID]:
        with tenant_scope(self.taker):
            rows = Conversation.objects.filter(state=State.WAITING)
            return list(rows.values_list("pk", flat=True))


KEPT = (HandoffState.TAKEN, HandoffState.THERE)


def alive(talk: UUID) -> bool:
    return Conversation.objects.filter(pk=talk).exclude(state=State.ENDED).exists()


def opens(line: Tenant, opened: Opened) -> bool:
    """Say whether what the visitor's page has still opens a talk that goes on."""
    digest = secret_hash(opened.secret.reveal())
    with tenant_scope(line):
        rows = Conversation.objects.filter(pk=opened.conversation, secret_hash=digest)
        return rows.exclude(state=State.ENDED).exists()


def test_a_visitor_is_always_somewhere(giver: Tenant, taker: Tenant) -> None:
    """Rule: B3, B5"""
    lines.beat(PROCESS)
    world = World(giver, taker)
    machine = type("Played", (Handoffs,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=10,
            deadline=None,
            # To make a failure smaller takes minutes against a database; its steps are told as it is.
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
