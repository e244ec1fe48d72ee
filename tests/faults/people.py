"""The two ends of a talk as browsers are, and every promise that they were given.

An end says again what was not answered, under the same id; it comes back by itself, over
whichever web process answers, and says how far it has read. It notes each acknowledgement and
each message in the order in which it came, and whatever it should not have been given.
"""

from __future__ import annotations

import asyncio
import http.client
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import uuid4

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from tests.faults.house import BASE, House

Frame = dict[str, Any]

SLUG = "detfinneshjelp"
# As patient as a person whose line is bad; a healthy house needs a hundredth of it.
PATIENCE_SECONDS = 30.0
# How soon an end tries again: sooner than a browser, which spreads itself over more time.
BACK_SECONDS = 0.2
AGAIN = frozenset({"unavailable", "slow_down"})


class End:
    """One end of one talk. ``ports`` are where it knocks, in this order, until one answers."""

    path: ClassVar[str]
    me: ClassVar[str]

    def __init__(self, host: str, ports: Sequence[int], *, cookie: str = "") -> None:
        self.host, self.ports, self.cookie = f"{host}.{BASE}", list(ports), cookie
        self.conversation = ""
        self.said: dict[str, str] = {}
        self.acks: dict[str, int] = {}
        self.texts: dict[int, tuple[str, str]] = {}
        self.frames: list[Frame] = []
        self.closes: list[int | None] = []
        self.faults: list[str] = []
        self.last = 0
        self.up = False
        self.port = 0
        self._asked: dict[str, Frame] = {}
        self._changed = asyncio.Condition()
        self._socket: ClientConnection | None = None
        self._staying: asyncio.Task[None] | None = None

    # What a person does.

    async def come(self) -> None:
        """Connect, and stay until ``go``."""
        self._staying = asyncio.get_running_loop().create_task(self._stay())
        await self.until(lambda: self.up)

    async def go(self) -> None:
        if self._staying is not None:
            self._staying.cancel()
            with suppress(asyncio.CancelledError):
                await self._staying

    async def say(self, text: str) -> str:
        """Say ``text``; return its id at once. ``acked`` waits for the answer."""
        message = str(uuid4())
        self.said[message] = text
        await self._ask(message, {"type": "say", "id": message, "text": text})
        return message

    @property
    def unanswered(self) -> bool:
        """Has anything that was asked no answer yet?"""
        return bool(self._asked)

    async def acked(self) -> None:
        """Wait until everything that was said has been acknowledged."""
        await self.until(lambda: self.acks.keys() >= self.said.keys())

    async def request(self, **frame: Any) -> Frame:
        """Ask for something until it is answered, over as many sockets as it takes."""
        ref = uuid4().hex
        await self._ask(ref, frame)
        return await self.heard(lambda one: one.get("ref") == ref and self._is_answer(one))

    async def heard(self, wanted: Callable[[Frame], bool]) -> Frame:
        """Return the first frame ever given that is ``wanted``."""

        def first() -> Frame | None:
            return next((frame for frame in self.frames if wanted(frame)), None)

        await self.until(lambda: first() is not None)
        found = first()
        assert found is not None
        return found

    async def until(self, true: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Wait for what only frames and closing can bring about."""
        try:
            async with asyncio.timeout(seconds), self._changed:
                await self._changed.wait_for(true)
        except TimeoutError:
            asked = list(self._asked.values())
            raise AssertionError(
                f"{self.me}: it did not come; up {self.up}, last {self.last}, closed"
                f" {self.closes}, unanswered {asked}, lately {self.frames[-5:]}"
            ) from None

    # What a browser does.

    async def _ask(self, name: str, frame: Frame) -> None:
        self._asked[name] = frame
        await self._send(name)

    async def _send(self, name: str) -> None:
        if self._socket is not None and self.up and name in self._asked:
            with suppress(ConnectionClosed):
                await self._socket.send(
                    json.dumps(self.addressed(self._asked[name]) | {"ref": name})
                )

    def addressed(self, frame: Frame) -> Frame:
        return frame

    async def _stay(self) -> None:
        while True:
            for port in self.ports:
                with suppress(OSError, InvalidHandshake, TimeoutError, EOFError):
                    await self._live(port)
            await asyncio.sleep(BACK_SECONDS)

    async def _live(self, port: int) -> None:
        line = connect(
            f"ws://{self.host}{self.path}",
            host="127.0.0.1",
            port=port,
            origin=Origin(f"http://{self.host}"),
            additional_headers={"Cookie": self.cookie} if self.cookie else {},
            ping_interval=None,
            open_timeout=3,
            close_timeout=1,
            max_size=None,
        )
        try:
            async with line as socket:
                self._socket, self.port = socket, port
                await socket.send(json.dumps(self.hello()))
                async for raw in socket:
                    await self._take(json.loads(raw))
                self.closes.append(socket.close_code)
        except ConnectionClosed as problem:
            self.closes.append(problem.rcvd.code if problem.rcvd else None)
        finally:
            self.up, self._socket = False, None
            async with self._changed:
                self._changed.notify_all()

    def hello(self) -> Frame:
        raise NotImplementedError

    async def _take(self, frame: Frame) -> None:
        kind = frame["type"]
        if kind == "welcome":
            self.welcomed(frame)
            self.up = True
            for page in (frame, *frame.get("conversations", ())):
                if self.is_mine(page) and page.get("more"):
                    await self._read_on(page)
            for name in list(self._asked):
                await self._send(name)
        elif kind == "error" and frame["code"] in AGAIN:
            asyncio.get_running_loop().call_later(BACK_SECONDS, self._again, frame.get("ref"))
        elif kind == "more" and self.is_mine(frame):
            self.page(frame["messages"])
            await self._read_on(frame)
        elif self.is_mine(frame):
            self._note(frame)
        self.frames.append(frame)
        self._asked.pop(frame.get("ref", ""), None) if self._is_answer(frame) else None
        async with self._changed:
            self._changed.notify_all()

    async def _read_on(self, page: Frame) -> None:
        """Ask for the rest of a page that was full."""
        if page["more"]:
            frame = {"type": "more", "after": page["messages"][-1]["seq"]}
            await self._ask(uuid4().hex, frame)

    @staticmethod
    def _is_answer(frame: Frame) -> bool:
        return frame["type"] != "error" or frame["code"] not in AGAIN

    def _again(self, name: str | None) -> None:
        if name:
            self._later = asyncio.get_running_loop().create_task(self._send(name))

    def welcomed(self, frame: Frame) -> None:
        raise NotImplementedError

    def is_mine(self, frame: Frame) -> bool:
        return True

    def _note(self, frame: Frame) -> None:
        if frame["type"] == "said":
            again = frame["id"] in self.acks
            if self.acks.setdefault(frame["id"], frame["seq"]) != frame["seq"]:
                self.faults.append(f"acknowledged twice: {frame}")
            if frame["seq"] > self.last or not again:
                self._read(frame["seq"], self.me, self.said[frame["id"]], live=not again)
        elif frame["type"] == "message":
            self._read(frame["seq"], frame["from"], frame["text"], live=True)
        elif frame["type"] == "erased":
            self.last = max(self.last, frame["through"])
            self.texts = {seq: one for seq, one in self.texts.items() if seq > frame["through"]}

    def page(self, messages: list[Frame]) -> None:
        """Take a list of messages: what one had already may be in it."""
        for one in messages:
            self._read(one["seq"], one["from"], one["text"], live=False)
            if one["from"] == self.me:
                self.acks.setdefault(one["id"], one["seq"])
                self._asked.pop(one["id"], None)

    def _read(self, seq: int, who: str, text: str, *, live: bool) -> None:
        if self.texts.setdefault(seq, (who, text)) != (who, text):
            self.faults.append(f"{seq} is {self.texts[seq]} and {(who, text)}")
        if seq > self.last + 1:
            self.faults.append(f"{seq} came after {self.last}")
        if live and seq <= self.last and who != self.me:
            self.faults.append(f"{seq} came twice")
        self.last = max(self.last, seq)


class Visitor(End):
    path = "/ws/visitor"
    me = "visitor"
    secret = ""

    def hello(self) -> Frame:
        return {"type": "hello", "protocol": 1, "secret": self.secret, "after": self.last}

    def welcomed(self, frame: Frame) -> None:
        self.last = max(self.last, frame["erased_through"])
        self.texts = {k: v for k, v in self.texts.items() if k > frame["erased_through"]}
        if not frame["ended"]:
            self.page(frame["messages"])


class Counsellor(End):
    """A window of a desk that is about one talk."""

    path = "/ws/desk"
    me = "counsellor"
    ready = False

    def hello(self) -> Frame:
        return {"type": "hello", "protocol": 1}

    def addressed(self, frame: Frame) -> Frame:
        about = frame["type"] in {"say", "close", "open", "more", "claim"}
        return {"conversation": self.conversation, **frame} if about else frame

    def welcomed(self, frame: Frame) -> None:
        mine = [one for one in frame["conversations"] if self.is_mine(one)]
        for one in mine:
            self.last = max(self.last, one["erased_through"])
            self.texts = {k: v for k, v in self.texts.items() if k > one["erased_through"]}
            if one["erased_through"]:
                self.frames.append({"type": "erased", "through": one["erased_through"]})
            self.page(one["messages"])
        if self.texts and not mine:
            # As a browser takes it: a talk that one does not have any more is over.
            self.frames.append({"type": "ended", "by": "?"})

    def is_mine(self, frame: Frame) -> bool:
        return frame.get("conversation") == self.conversation


@dataclass(frozen=True)
class Pair:
    """A talk between two people, each on a web process of their own."""

    house: House
    visitor: Visitor
    desk: Counsellor

    @property
    def conversation(self) -> str:
        return self.visitor.conversation

    async def chat(self, count: int, about: str) -> None:
        """Say ``count`` things on each side without waiting for answers."""
        for number in range(count):
            await self.visitor.say(f"{about} {number}")
            await self.desk.say(f"answer to {about} {number}")

    async def settled(self) -> None:
        """Wait until all is acknowledged and both ends have everything."""
        for end in (self.visitor, self.desk):
            await end.acked()
        most = max(*self.visitor.acks.values(), *self.desk.acks.values())
        for end in (self.visitor, self.desk):
            await end.until(lambda end=end: end.last >= most)  # type: ignore[misc]  # bound now

    async def audit(self) -> None:
        """Hold the two ends, the acknowledgements and the database against each other."""
        await self.settled()
        acks = self.visitor.acks | self.desk.acks
        rows = self.house.rows(
            "SELECT client_id::text, seq FROM chat_message WHERE conversation_id = %s ORDER BY seq",
            self.conversation,
        )

        assert self.visitor.faults + self.desk.faults == []
        # Nothing that was acknowledged is lost, nothing is there twice, no number is missing.
        assert dict(rows) == acks
        assert [seq for _, seq in rows] == list(range(1, len(rows) + 1))
        assert self.visitor.acks.keys() == self.visitor.said.keys()
        assert self.desk.acks.keys() == self.desk.said.keys()
        # Both have read the same, in the same order.
        assert self.visitor.texts == self.desk.texts


def ask(
    house: House, port: int, method: str, host: str, path: str, body: str = "", **headers: str
) -> http.client.HTTPResponse:
    """Ask one web process over HTTP."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    origin = {"Host": f"{host}.{BASE}", "Origin": f"http://{host}.{BASE}"}
    connection.request(method, path, body or None, {**origin, **headers})
    answer = connection.getresponse()
    answer.body = answer.read()  # type: ignore[attr-defined]  # kept with what it belongs to
    connection.close()
    return answer


def begin(house: House, slug: str = SLUG) -> Frame:
    """Start a talk; return what the visitor is given."""
    kind = {"Content-Type": "application/json"}
    answer = ask(house, house.webs[0].port, "POST", slug, "/api/conversations", "{}", **kind)
    opened: Frame = json.loads(answer.body)  # type: ignore[attr-defined]  # see ask
    assert answer.status == 201, opened
    return opened


def keys_of_what_is_over(house: House, talk: str) -> int:
    """Return how many keys there are but the current ones: of other talks, and of ``talk`` while it lives."""
    query = "SELECT segment_id FROM chat_conversation WHERE id <> %s OR state <> 'ended'"
    current = [row[0] for row in house.rows(query, talk)]
    query = "SELECT count(*) FROM segment_key WHERE segment <> ALL (%s)"
    ((keys,),) = house.rows(query, current, alias="keys")
    return int(keys)


def sign_in(house: House, slug: str = SLUG, who: int = 0) -> str:
    """Return the Cookie header of a member's desk, signed in once in the life of the house."""
    name = f"{slug} {who}"
    if name not in house.cookies:
        user = house.demo(slug)["users"][who]
        port, host = house.webs[0].port, f"desk-{slug}"
        page = ask(house, port, "GET", host, "/desk/login/")
        text = page.body.decode()  # type: ignore[attr-defined]  # see ask
        token = text.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
        form = {
            "csrfmiddlewaretoken": token,
            "login": user["email"],
            "password": user["password"],
        }
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": _cookies(page)}
        answer = ask(house, port, "POST", host, "/desk/login/", urlencode(form), **kind)
        said = (house.log / "web-1.log").read_text(encoding="utf-8")
        assert answer.status == 302, said[-1_500:]
        house.cookies[name] = _cookies(answer)
    return house.cookies[name]


def _cookies(answer: http.client.HTTPResponse) -> str:
    found = answer.headers.get_all("Set-Cookie") or []
    return "; ".join(one.partition(";")[0] for one in found)


@asynccontextmanager
async def pair(
    house: House,
    *,
    slug: str = SLUG,
    visitor_at: Sequence[int] = (),
    desk_at: Sequence[int] = (),
    who: int = 0,
) -> AsyncIterator[Pair]:
    """A talk that has just been taken: the visitor on the first web process, the desk on the second."""
    first, second = (web.port for web in house.webs)
    visitor = Visitor(slug, visitor_at or [first, second])
    cookie = await asyncio.to_thread(sign_in, house, slug, who)
    desk = Counsellor(f"desk-{slug}", desk_at or [second, first], cookie=cookie)
    opened = await asyncio.to_thread(begin, house, slug)
    visitor.conversation = desk.conversation = opened["conversation"]
    visitor.secret = opened["secret"]
    try:
        await visitor.come()
        await desk.come()
        await desk.request(type="ready", value=True)
        assigned = await desk.request(type="claim")
        assert assigned["type"] == "assigned", assigned
        await visitor.heard(lambda frame: frame["type"] == "state")
        yield Pair(house, visitor, desk)
        # Patiently: what is left open keeps a counsellor from the next test.
        await desk.until(lambda: desk.up)
        await desk.request(type="close")
    except BaseException:
        # What has failed must not keep a counsellor from the next test.
        house.heal_with_patience()
        house.rows(
            "UPDATE chat_conversation SET state = 'ended', ended_at = now(), ended_by = 'system'"
            " WHERE state <> 'ended' RETURNING 1"
        )
        raise
    finally:
        await visitor.go()
        await desk.go()
