"""Messages, an erasure and an end at the same time, again and again, on two writers."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from django.db import connections

from chat.calls import call
from chat.conversations import end_conversation, erase_conversation, open_conversation
from chat.errors import ConversationEnded
from chat.messages import catch_up
from chat.states import Author, By
from chat.writer import Answer, Outcome, Post, Writer
from retention.sealing import Sealer
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.sizes import sized
from tests.talks import ledger_of, let_every_line_erase, owner_rows, texts_in

pytestmark = pytest.mark.django_db(transaction=True)

# With the threads of `chat.calls` and that of the test they fit into one pool.
ROUNDS, AT_ONCE = sized(1_000, otherwise=200), 4
SENDERS, EACH = 2, 3


@dataclass
class Race:
    """One talk in which several things happen at once, and what came of them."""

    tenant: Tenant
    writers: list[Writer]
    run: Callable[..., asyncio.Future[object]]
    talk: UUID = field(default_factory=uuid4)
    answers: list[list[Answer]] = field(default_factory=list)
    stored: dict[int, str] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    erased: int | None = None
    sending: int = SENDERS
    came: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self) -> None:
        with tenant_scope(self.tenant):
            self.talk = open_conversation(self.tenant).conversation

    def sealer(self) -> Sealer | None:
        """Fetch what seals now, as a socket does; None once the talk is over."""
        try:
            with tenant_scope(self.tenant):
                caught = catch_up(self.tenant, self.talk, after=0)
        except ConversationEnded:
            return None
        return caught.keys[caught.segment].sealer

    async def hold(self, chance: random.Random) -> None:
        """Let it all happen: two senders, one who erases, two who end."""
        await self.run(self.begin)
        first = await self.run(self.sealer)
        acts = [self.send(number, first) for number in range(SENDERS)]
        acts += [self.after(chance.randrange(5), act) for act in (self.erase, self.end, self.end)]
        chance.shuffle(acts)
        await asyncio.gather(*acts)
        await self.run(self.check)

    async def after(self, count: int, act: Callable[[], str]) -> None:
        """Do ``act`` when ``count`` answers have come, or nothing more will come."""
        while len(self.answers) < count and self.sending:
            self.came.clear()
            await self.came.wait()
        self.outcomes[str(await self.run(act))] += 1

    async def send(self, number: int, sealer: object) -> None:
        for place in range(EACH):
            text, message = f"{number}.{place}", uuid4()
            answer = Answer(Outcome.SEGMENT_MOVED)
            while answer.outcome is Outcome.SEGMENT_MOVED and isinstance(sealer, Sealer):
                answer = await self.post(self.writers[number], sealer, message, text)
                self.outcomes[answer.outcome.name] += 1
                self.came.set()
                if answer.outcome is Outcome.SEGMENT_MOVED:
                    sealer = await self.run(self.sealer)
            if answer.outcome is Outcome.STORED:
                assert self.stored.setdefault(answer.seq, text) is text
        self.sending -= 1
        self.came.set()

    async def post(self, writer: Writer, sealer: Sealer, message: UUID, text: str) -> Answer:
        answered = asyncio.Event()
        answers: list[Answer] = []

        def take(answer: Answer) -> None:
            answers.append(answer)
            answered.set()

        body = sealer.seal(text, author=Author.VISITOR, message=message)
        writer.put(
            Post(
                self.tenant.pk, self.talk, Author.VISITOR, None, message, sealer.segment, body, take
            )
        )
        await answered.wait()
        self.answers.append(answers)
        return answers[0]

    def erase(self) -> str:
        try:
            self.erased = erase_conversation(self.tenant, self.talk)
        except ConversationEnded:
            return "erased too late"
        return "erased"

    def end(self) -> str:
        ended = end_conversation(self.tenant, self.talk, by=By.VISITOR)
        return "ended" if ended else "ended twice"

    def check(self) -> None:
        """Everybody has one answer, the numbers have no gap, and what is gone is unreadable."""
        assert {len(answers) for answers in self.answers} == {1}
        assert sorted(self.stored) == list(range(1, len(self.stored) + 1))
        assert self.outcomes["ended"] == 1
        kept = self.tenant.slug == "tidaholm"
        assert texts_in(self.tenant, self.talk) == (self.left if kept else None)

    @property
    def left(self) -> list[str]:
        """What was said after the erasure, in order."""
        return [text for seq, text in sorted(self.stored.items()) if seq > (self.erased or 0)]


def check_rows(races: list[Race]) -> None:
    """Nothing was stored after an end, and of what was erased nothing is stored any more."""
    query = "SELECT conversation_id, last_seq FROM chat_farewell"
    assert dict(owner_rows("default", query)) == {race.talk: len(race.stored) for race in races}
    query = (
        "SELECT c.id, array_agg((m.seq, m.body IS NULL)::text ORDER BY m.seq),"
        " bool_and(m.at <= c.ended_at), min(c.segment_id::text)"
        " FROM chat_conversation c JOIN chat_message m ON m.conversation_id = c.id GROUP BY c.id"
    )
    found = {row[0]: row[1:] for row in owner_rows("default", query)}
    kept = {race.talk: race for race in races if race.tenant.slug == "tidaholm" and race.stored}
    assert found.keys() == kept.keys()
    for talk, (rows, in_time, _segment) in found.items():
        erased = kept[talk].erased or 0
        assert rows == [
            f"({seq},{'t' if seq <= erased else 'f'})" for seq in sorted(kept[talk].stored)
        ]
        assert in_time is not False
    # A key for each talk that is kept, and for nothing else.
    query = "SELECT segment_id FROM chat_conversation"
    living = owner_rows("default", query)
    assert sorted(owner_rows("keys", "SELECT segment FROM segment_key")) == sorted(living)


@asynccontextmanager
async def threads() -> AsyncIterator[Callable[..., asyncio.Future[object]]]:
    """Threads that keep their connections, as those of a web process with a pool do."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            yield partial(asyncio.get_running_loop().run_in_executor, pool)
        finally:
            all_threads = Barrier(AT_ONCE)

            def let_go() -> None:
                all_threads.wait(20)
                connections.close_all()

            for _ in range(AT_ONCE):
                pool.submit(let_go)


async def race_all(tenants: list[Tenant], seed: int) -> Counter[str]:
    """Hold all rounds, ``AT_ONCE`` at a time; return how often each thing happened."""
    chance, gate, writers = random.Random(seed), asyncio.Semaphore(AT_ONCE), [Writer(), Writer()]
    total: Counter[str] = Counter()

    async def one(race: Race) -> None:
        async with gate:
            await race.hold(chance)
        total.update(race.outcomes)

    async with AsyncExitStack() as stack:
        for writer in writers:
            stack.push_async_callback(writer.close)
        run = await stack.enter_async_context(threads())
        races = [Race(tenants[n % len(tenants)], writers, run) for n in range(ROUNDS)]
        await asyncio.gather(*map(one, races))
        await run(check_rows, races)
    return total


def let_wait(tenant: Tenant, count: int) -> None:
    tenant.queue_cap = count
    tenant.save(update_fields=["queue_cap"])


async def test_nothing_erased_or_ended_survives_a_race(
    tenant: Tenant, other: Tenant, request: pytest.FixtureRequest
) -> None:
    """Rule: D5, D6, T9"""
    for line in (tenant, other):
        await call(let_wait, line, ROUNDS)
    await call(let_every_line_erase)

    happened = await race_all([tenant, other], request.config.getoption("randomly_seed", 1))

    assert happened["ended"] == ROUNDS
    # The rounds were races: each outcome came often.
    for outcome in ("STORED", "SEGMENT_MOVED", "ENDED", "erased too late"):
        assert happened[outcome] > ROUNDS // 50, happened
    assert {entry[2] - entry[3] for entry in await call(ledger_of, tenant)} == {0}
