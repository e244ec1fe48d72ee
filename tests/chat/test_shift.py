"""A whole shift, an hour within a minute: whoever came was served once, or told honestly.

Two hundred visitors and twenty counsellors (`make races`; else two fifths of them), lines that drop
on both sides, talks that change hands, and closing time with people still in the queue. Time is moved
a minute at a time.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from chat.calls import call, scoped_call
from chat.models import Conversation
from chat.states import State
from tenants.models import Tenant
from tests import clients, world
from tests.chat.tending import CLOSING, MINUTE, tended
from tests.clients import Desk, Frame, Visitor, Wire
from tests.sizes import sized
from tests.world import moved_clock

pytestmark = pytest.mark.django_db(transaction=True)

VISITORS, COUNSELLORS = sized(200, otherwise=80), sized(20, otherwise=8)
QUEUE_CAP = sized(60, otherwise=24)
MINUTES, LATE = 60, 5
REFUSED = {"empty", "not_ready", "at_capacity", "closed"}


class Ear:
    """A wire that is listened to all the time: ``log`` has what came unasked."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.log: list[Frame] = []
        self._asked: dict[str, asyncio.Future[Frame]] = {}
        self._came = asyncio.Event()
        self._listening = asyncio.create_task(self._listen())

    async def _listen(self) -> None:
        while True:
            event = await self.wire.communicator.output_queue.get()
            if event["type"] != "websocket.send":
                self.log.append({"type": "closed", "code": event.get("code")})
                return
            frame: Frame = json.loads(event["text"])
            asked = self._asked.pop(frame.pop("ref", ""), None)
            if asked is None:
                self.log.append(frame)
                self._came.set()
            else:
                asked.set_result(frame)

    async def ask(self, kind: str, **said: Any) -> Frame:
        ref = uuid4().hex
        self._asked[ref] = asyncio.get_running_loop().create_future()
        await self.wire.send({"type": kind, **said, "ref": ref})
        async with asyncio.timeout(world.PATIENCE_SECONDS):
            return await self._asked[ref]

    async def hear_of(self, offer: str) -> None:
        """Wait for an offer, which a window looks up once it hears that there is one."""
        async with asyncio.timeout(world.PATIENCE_SECONDS):
            while not any(frame.get("offer") == offer for frame in self.log):
                self._came.clear()
                await self._came.wait()

    async def settle(self) -> None:
        """Let what is on its way arrive."""
        await self.ask("nothing of this name")

    async def drop(self) -> None:
        self._listening.cancel()
        await self.wire.drop()

    @property
    def is_closed(self) -> bool:
        return any(frame["type"] == "closed" for frame in self.log)


@dataclass
class Guest:
    """One visitor and all that they were ever told; ``ear`` is empty while their line is gone."""

    name: str
    refusal: Frame | None = None
    conversation: str = ""
    secret: str = ""
    ear: Ear | None = None
    log: list[Frame] = field(default_factory=list)
    said: int = 0

    def told(self) -> list[Frame]:
        return self.log + (self.ear.log if self.ear else [])

    def is_over(self) -> bool:
        return any(frame["type"] == "ended" or frame.get("ended") for frame in self.told())

    def is_served(self) -> bool:
        """Whether a counsellor is theirs, as the last that they were told says."""
        state = [f["state"] for f in self.told() if f["type"] in ("state", "welcome")]
        return bool(state) and state[-1] == "active"

    def heard(self) -> list[tuple[int, str]]:
        """What others wrote, in the order in which it came."""
        came: list[Frame] = []
        for frame in self.told():
            came += frame["messages"] if frame["type"] == "welcome" else []
            came += [frame] if frame["type"] == "message" else []
        return [(one["seq"], one["text"]) for one in came if one["from"] == "counsellor"]


@dataclass
class Helper:
    """One counsellor: what they have now, and whom they ever had."""

    number: int
    cookie: str
    ear: Ear | None = None
    member: str = ""
    talk: str = ""
    ends_at: int = 0
    read: int = 0
    had: set[str] = field(default_factory=set)
    offers: list[str] = field(default_factory=list)

    def begin(self, talk: str, ends_at: int) -> None:
        self.talk, self.ends_at = talk, ends_at
        self.had.add(talk)


class Shift:
    def __init__(self, tenant: Tenant, chance: random.Random) -> None:
        self.tenant, self.chance = tenant, chance
        self.minute = 0
        self.guests: dict[str, Guest] = {}
        self.refused: list[Guest] = []
        self.helpers: list[Helper] = []
        self.sent: dict[str, list[tuple[int, str]]] = {}
        self.happened: Counter[str] = Counter()

    def likely(self, chance: float) -> bool:
        return self.chance.random() < chance

    # Visitors.

    async def knock(self, number: int) -> None:
        guest = Guest(f"guest-{number}")
        answer = await clients.start(self.tenant)
        if answer.status != 201:
            guest.refusal = answer.json()
            self.refused.append(guest)
            return
        said = answer.json()
        guest.conversation, guest.secret = said["conversation"], said["secret"]
        self.guests[guest.conversation] = guest
        await self.connect(guest)

    async def connect(self, guest: Guest) -> None:
        tab = Visitor(clients.headers_at(clients.host_of(self.tenant)), secret=guest.secret)
        assert await tab.open()
        after = max((seq for seq, _ in guest.heard()), default=0)
        ear = Ear(tab)
        welcome = await ear.ask("hello", protocol=1, secret=guest.secret, after=after)
        guest.ear = ear
        ear.log.insert(0, welcome)

    async def lose(self, guest: Guest) -> None:
        assert guest.ear is not None
        await guest.ear.drop()
        guest.log, guest.ear = guest.told(), None

    async def live_as_guest(self, guest: Guest) -> None:
        if guest.is_over():
            return
        if guest.ear is None:
            if self.likely(0.6):
                self.happened["came back"] += 1
                await self.connect(guest)
        elif self.likely(0.03):
            self.happened["line lost"] += 1
            await self.lose(guest)
        elif self.likely(0.01):
            self.happened["left"] += 1
            guest.ear.log.append(await guest.ear.ask("leave"))
        elif guest.is_served():
            guest.said += 1
            text = f"{guest.name} says {guest.said}"
            await guest.ear.ask("say", id=str(uuid4()), text=text)

    # Counsellors.

    async def come(self, helper: Helper) -> None:
        host = clients.host_of(self.tenant, "desk")
        window = Desk(clients.headers_at(host, cookie=helper.cookie))
        assert await window.open()
        helper.ear, helper.read = Ear(window), 0
        welcome = await helper.ear.ask("hello", protocol=1)
        helper.member = welcome["me"]["id"]
        helper.talk = ""
        for talk in welcome["conversations"]:
            helper.begin(talk["conversation"], self.minute + 3)
        await helper.ear.ask("ready", value=True)

    def catch_up(self, helper: Helper) -> None:
        """Read what the window was told since it was last looked at."""
        assert helper.ear is not None
        new, helper.read = helper.ear.log[helper.read :], len(helper.ear.log)
        for frame in new:
            talk = frame.get("conversation", "")
            if frame["type"] == "message":
                assert talk in helper.had
                assert frame["text"].startswith(f"{self.guests[talk].name} says ")
            gone = frame["type"] in ("ended", "released")
            gone |= frame["type"] == "state" and frame["state"] == "waiting"
            if gone and talk == helper.talk:
                helper.talk = ""
            if frame["type"] == "offer" and frame["state"] == "offered" and not talk:
                helper.offers.append(frame["offer"])

    async def live_as_helper(self, helper: Helper) -> None:
        if helper.ear is None:
            if self.likely(0.2):
                await self.come(helper)
            return
        if self.likely(0.2 / COUNSELLORS):
            self.happened["desk died"] += 1
            await helper.ear.drop()
            helper.ear = None
        elif helper.talk and self.minute >= helper.ends_at:
            await helper.ear.ask("close", conversation=helper.talk, reason="done")
            helper.talk = ""
        elif helper.talk:
            await self.speak(helper)
        else:
            await self.take(helper)

    async def take(self, helper: Helper) -> None:
        assert helper.ear is not None
        answer = await helper.ear.ask("next")
        if answer["type"] == "assigned":
            self.happened["taken"] += 1
            helper.begin(answer["conversation"], self.minute + self.chance.randint(3, 14))
        else:
            assert answer["code"] in REFUSED, answer

    async def speak(self, helper: Helper) -> None:
        assert helper.ear is not None
        sent = self.sent.setdefault(helper.talk, [])
        text = f"counsellor {helper.number} in minute {self.minute}"
        talk, id_ = helper.talk, str(uuid4())
        answer = await helper.ear.ask("say", conversation=talk, id=id_, text=text)
        if answer["type"] == "said":
            sent.append((answer["seq"], text))
        else:
            # The visitor left, or it was freed, in this very minute.
            assert answer["code"] in ("ended", "not_found"), answer

    async def hand_over(self, helper: Helper) -> None:
        """Offer the talk to somebody who has none, and who takes none in this minute any more."""
        assert helper.ear is not None
        others = [one for one in self.helpers if one is not helper and one.ear and not one.talk]
        if others:
            to = self.chance.choice(others)
            talk = helper.talk
            answer = await helper.ear.ask("transfer", conversation=talk, to=to.member, note="")
            self.happened["offered" if answer["type"] == "offer" else "not offered"] += 1
            if answer["type"] == "offer" and to.ear:
                await to.ear.hear_of(answer["offer"])

    async def answer_offer(self, helper: Helper) -> None:
        if helper.ear is None:
            helper.offers.clear()
            return
        kind = "accept" if self.likely(0.7) else "decline"
        answer = await helper.ear.ask(kind, offer=helper.offers.pop(0))
        if answer["type"] == "assigned":
            self.happened["handed over"] += 1
            helper.begin(answer["conversation"], self.minute + self.chance.randint(3, 8))

    # Time.

    async def pass_minute(self, *, knocking: Iterable[int]) -> None:
        for number in knocking:
            await self.knock(number)
        await all_of(self.live_as_helper(helper) for helper in self.helpers)
        await self.settle(guests=())
        giving = [one for one in self.helpers if one.ear and one.talk and self.likely(0.08)]
        await all_of(self.hand_over(helper) for helper in giving)
        await self.settle(guests=())
        # An offer stands for a minute.
        await all_of(self.answer_offer(helper) for helper in self.helpers if helper.offers)
        await all_of(self.live_as_guest(guest) for guest in list(self.guests.values()))
        self.minute += 1
        await tended(self.tenant, at=CLOSING + (self.minute - MINUTES) * MINUTE)
        await self.settle(guests=self.guests.values())

    async def settle(self, *, guests: Iterable[Guest]) -> None:
        ears = [one.ear for one in self.helpers] + [one.ear for one in guests]
        await all_of(ear.settle() for ear in ears if ear and not ear.is_closed)
        for helper in self.helpers:
            if helper.ear:
                self.catch_up(helper)
        held = Counter(one.talk for one in self.helpers if one.ear and one.talk)
        assert not [talk for talk, hands in held.items() if hands > 1]


async def all_of(doing: Iterable[Awaitable[None]]) -> None:
    await asyncio.gather(*doing)


@pytest.fixture
def crowded(tenant: Tenant) -> Tenant:
    """One talk for each counsellor at a time: too few, so that a queue grows."""
    tenant.queue_cap, tenant.capacity = QUEUE_CAP, 1
    tenant.save(update_fields=["queue_cap", "capacity"])
    return tenant


async def test_after_a_shift_everybody_was_served_once_or_told_honestly(
    crowded: Tenant, request: pytest.FixtureRequest
) -> None:
    chance = random.Random(request.config.getoption("randomly_seed", 1))
    shift = Shift(crowded, chance)
    await moved_clock(CLOSING - MINUTES * MINUTE)
    for number in range(1, COUNSELLORS + 1):
        await call(world.hire, crowded, number=number)
        address = world.address_of(crowded, "counsellor", number)
        cookie = await clients.sign_in(crowded, address)
        assert cookie
        shift.helpers.append(Helper(number, cookie))
        await shift.come(shift.helpers[-1])

    knocks = sorted(chance.randrange(MINUTES) for _ in range(VISITORS))
    for minute in range(MINUTES):
        numbers = (number for number, at in enumerate(knocks) if at == minute)
        await shift.pass_minute(knocking=numbers)
    late = range(VISITORS, VISITORS + LATE)
    await shift.pass_minute(knocking=late)
    # The last call, and as long as the longest talk of those who were still taken.
    for _ in range(crowded.last_call_minutes + 14):
        await shift.pass_minute(knocking=())
    await finish(shift)

    check_refusals(shift.refused)
    for guest in shift.guests.values():
        check_story(shift, guest)
    assert await scoped_call(crowded, left_open) == 0
    # Nothing that this is about has been left to chance.
    assert {"line lost", "came back", "desk died", "handed over", "left"} <= set(shift.happened)


async def finish(shift: Shift) -> None:
    """Let the counsellors end what they have, and everybody hear of their end."""
    for helper in shift.helpers:
        if helper.ear is None:
            await shift.come(helper)
        if helper.talk:
            assert helper.ear is not None
            await helper.ear.ask("close", conversation=helper.talk, reason="done")
            helper.talk = ""
    # Who lost their line and did not come back.
    for _ in range(31):
        await shift.pass_minute(knocking=())
        if all(guest.is_over() for guest in shift.guests.values()):
            break
    for ear in [one.ear for one in shift.helpers] + [one.ear for one in shift.guests.values()]:
        if ear:
            await ear.drop()


def left_open() -> int:
    return Conversation.objects.exclude(state=State.ENDED).count()


def check_refusals(refused: list[Guest]) -> None:
    told = Counter(guest.refusal["error"] for guest in refused if guest.refusal)
    assert told["closed"] == LATE
    assert set(told) <= {"closed", "full"}


def check_story(shift: Shift, guest: Guest) -> None:
    ends = [frame for frame in guest.told() if frame["type"] == "ended"]
    ends += [frame["ended"] for frame in guest.told() if frame.get("ended")]
    assert len(ends) == 1, guest
    served = [f for f in guest.told() if f["type"] in ("state", "welcome")]
    was_served = any(frame["state"] == "active" for frame in served)
    if not was_served:
        # Nobody reached them, and they were told so, or they went of themselves.
        assert ends[0]["by"] in ("system", "visitor"), guest
        assert guest.conversation not in shift.sent, guest
    heard = guest.heard()
    assert heard == sorted(set(heard)), guest
    sent = shift.sent.get(guest.conversation, [])
    assert set(heard) <= set(sent), guest
    if ends[0]["by"] == "counsellor" and "ended" in {f["type"] for f in guest.told()[-3:]}:
        assert heard == sent, guest
