"""The queue under pressure: claims while many wait, and everybody at once when a line opens."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

import orjson

from bench.load import fresh_id, percentile
from bench.people import desk, gathered, visitor
from bench.rows.path import OURS
from bench.run import Run
from bench.seed import Line as Place
from bench.seed import Seeded
from bench.servers import Server
from bench.wire import Line

BETWEEN_CLAIMS_SECONDS = 0.1
START_LIMIT_SECONDS = 90.0


async def claims(run: Run) -> None:
    """One counsellor takes one after another and greets each; nobody else does anything."""
    place = run.seed.lines[0]
    waiting = run.seed.waiting(place, run.size.waiting)
    with run.stage.serving("claims", OURS) as server:
        visitors = await gathered(partial(visitor, server), waiting)
        run.say(f"claims: {len(visitors)} wait")
        counsellor, _ = await desk(server, run.seed.seats(1, place)[0])
        await asyncio.sleep(3)
        answered, delivered = [], []
        for talk, (line, _) in list(zip(waiting, visitors, strict=True))[: run.size.claims]:
            first, then = await _claim(counsellor, line, talk)
            answered.append(first)
            delivered.append(then)
            await asyncio.sleep(BETWEEN_CLAIMS_SECONDS)
    found = {
        f"{name}_p{which}_ms": round(percentile(values, which) * 1000, 2)
        for name, values in (("claim", answered), ("first_message", delivered))
        for which in (50, 95)
    }
    run.add("claims", variant="ours", waiting=len(waiting), count=len(answered), **found)


async def _claim(counsellor: Line, line: Line, talk: Seeded) -> tuple[float, float]:
    came = asyncio.Event()

    def hear(frame: bytes) -> None:
        if b'"message"' in frame[:20]:
            came.set()

    line.heard = hear
    conversation = str(talk.conversation)
    begin = time.perf_counter()
    said = await counsellor.ask({"type": "claim", "conversation": conversation}, "assigned")
    if said["type"] != "assigned":
        raise RuntimeError(f"claim was refused: {said}")
    answered = time.perf_counter() - begin
    words = {"conversation": conversation, "id": fresh_id().decode(), "text": "Hei"}
    counsellor.say(orjson.dumps({"type": "say", **words}))
    async with asyncio.timeout(30):
        await came.wait()
    return answered, time.perf_counter() - begin


async def bell(run: Run) -> None:
    """So many ask for a place in the seconds after the line has opened."""
    place = run.seed.lines[-1]
    many, seconds = run.size.starts, run.size.starts_seconds
    with run.stage.serving("bell", OURS) as server:
        await _start(server, place)
        begin = time.perf_counter()

        async def one(number: int) -> dict[str, Any]:
            await asyncio.sleep(max(0, begin + number * seconds / many - time.perf_counter()))
            return await _start(server, place)

        run.say(f"bell: {many} starts in {seconds:.0f} s")
        answers = await asyncio.gather(*(one(number) for number in range(many)))
        took = time.perf_counter() - begin
    statuses: dict[str, int] = {}
    for answer in answers:
        statuses[answer["said"]] = statuses.get(answer["said"], 0) + 1
    times = [answer["end"] - answer["begin"] for answer in answers]
    run.add(
        "bell",
        variant="ours",
        starts=many,
        statuses=statuses,
        seconds_all_answered=round(took, 2),
        p50_ms=round(percentile(times, 50) * 1000, 1),
        p99_ms=round(percentile(times, 99) * 1000, 1),
        out_of_order=_out_of_order(run, place, answers),
    )


async def _start(server: Server, place: Place) -> dict[str, Any]:
    """Ask for a place; a refusal that docs/protocol.md names is an answer as well."""
    begin = time.perf_counter()
    answer: dict[str, Any] = {"begin": begin, "said": "no answer", "conversation": None}
    try:
        async with asyncio.timeout(START_LIMIT_SECONDS):
            status, body = await _post(server.port, f"{place.slug}.localhost")
        # Whatever frames the body (chunks), the object is what stands between its braces.
        said = orjson.loads(body[body.find(b"{") : body.rfind(b"}") + 1])
        answer["said"] = f"{status} {said.get('error', '')}".strip()
        answer["conversation"] = said.get("conversation")
    except (OSError, TimeoutError, asyncio.IncompleteReadError, orjson.JSONDecodeError) as problem:
        answer["said"] = type(problem).__name__
    answer["end"] = time.perf_counter()
    return answer


async def _post(port: int, host: str) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        body = b'{"language":"nb"}'
        head = (
            f"POST /api/conversations HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        raw = await reader.read()
    finally:
        writer.close()
    top, _, rest = raw.partition(b"\r\n\r\n")
    if not top:
        raise OSError("closed without an answer")
    return int(top[9:12]), rest


def _out_of_order(run: Run, place: Place, answers: list[dict[str, Any]]) -> int:
    """Count who stands behind somebody that came only after they had been answered."""
    with run.stage.main() as main:
        rows = main.execute(
            "SELECT id FROM chat_conversation WHERE tenant_id = %s AND state = 'waiting'"
            " ORDER BY front DESC, urgent DESC, queued_at, id",
            [place.tenant],
        ).fetchall()
    places = {str(row[0]): number for number, row in enumerate(rows)}
    given = [answer for answer in answers if answer["conversation"] in places]
    given.sort(key=lambda answer: places[answer["conversation"]])
    latest, count = 0.0, 0
    for answer in given:
        count += answer["end"] < latest
        latest = max(latest, answer["begin"])
    return count
