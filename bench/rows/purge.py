"""Very many talks due at once: how soon nothing is readable, how soon nothing is left, and what the
talks that go on meanwhile notice. Once with a tenth of the talks, for the cost of each.
"""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from typing import Any

from bench.load import Measured, Talk, open_loop
from bench.machine import SERVER, cpu_microseconds, on
from bench.people import busy_talks
from bench.rows.path import OURS
from bench.run import Run
from bench.servers import PROJECT, Server
from bench.stage import Stage
from helpline.processes import spawn, stop

MESSAGES = 20
ENGINES = ("postgres", "keys")
LIVE_RATE = 100
# What sealing makes of 300 bytes.
BODY_BYTES = 558
_TALKS = """
CREATE TEMP TABLE due AS
  SELECT gen_random_uuid() AS id, gen_random_uuid() AS segment, t.id AS tenant, t.policy,
         now() - interval '1 hour' AS at
  FROM generate_series(1, {many}) n
  JOIN (SELECT t.id, max(p.id) AS policy, row_number() OVER (ORDER BY t.id) - 1 AS place,
               count(*) OVER () AS places
        FROM tenants_tenant t JOIN tenants_policy p ON p.tenant_id = t.id GROUP BY t.id) t
    ON t.place = n % t.places
"""
_ROWS = (
    """
INSERT INTO chat_conversation (id, tenant_id, policy_id, language, topic, urgent, state, front,
  queued_at, secret_hash, counsellor_told_lost, segment_id, last_seq, erased_through, visitor_seen,
  counsellor_seen, began_at, last_message_at, ended_at, ended_by, expires_at, expiry_rule, held)
SELECT id, tenant, policy, 'nb', '', false, 'ended', false, at, uuid_send(id) || uuid_send(segment),
  false, segment, {messages}, 0, 0, 0, at, at, at, 'visitor', at, 'ours', false FROM due ORDER BY id
""",
    """
INSERT INTO chat_segment (id, tenant_id, conversation_id, expires_at, expiry_rule, held, emptied)
SELECT segment, tenant, id, at, 'ours', false, false FROM due
""",
    """
INSERT INTO chat_message (tenant_id, conversation_id, seq, segment_id, author, client_id, body, at)
SELECT tenant, id, n, segment, 1 + n % 2, gen_random_uuid(), decode(repeat('a7', {bytes}), 'hex'), at
FROM due, generate_series(1, {messages}) n ORDER BY id, n
""",
)


async def measure(run: Run) -> None:
    with run.stage.serving("purge", OURS) as server:
        many = run.size.talks[0]
        talks = await busy_talks(server, server, run.seed.talks(run.seed.seats(many), many))
        for due in (run.size.due // 10, run.size.due):
            run.say(f"purge: seeding {due} talks of {MESSAGES} messages")
            await asyncio.to_thread(_seed, run.stage, due)
            await _measure(run, server, talks, due)


async def _measure(run: Run, server: Server, talks: list[Talk], due: int) -> None:
    before = await _live(run, server, talks, run.size.slow_seconds * 2)
    run.say(f"purge: {due} talks are due")
    log = run.stage.log(f"purger-{due}")
    with on(SERVER), log.open("wb") as out:
        command = [sys.executable, "-m", "bench.purger"]
        purger = spawn(command, log=out, cwd=PROJECT, env=_environment(run.stage))
    processes = run.stage.processes()
    cpu = cpu_microseconds(processes)
    begin = time.monotonic()
    try:
        meanwhile = await _until_done(run, server, talks, purger)
    finally:
        used = cpu_microseconds(processes)
        stop(purger, gently=signal.SIGKILL, seconds=5)
    said = dict(_said(line) for line in log.read_text(encoding="utf-8").splitlines() if line)
    took = said.get("rows") or time.monotonic() - begin
    left = _left(run.stage)
    gone = due - left
    each = {name: round((used[name] - cpu[name]) / max(1, gone), 1) for name in ENGINES}
    each["purger"] = round(said.get("cpu", 0) * 1e6 / max(1, gone), 1)
    live = sum(one.count for one in meanwhile)
    run.add(
        "purge",
        due=due,
        gone=gone,
        seconds_keys=said.get("keys"),
        seconds_rows=said.get("rows") if not left else None,
        exit_code=purger.returncode,
        ms_a_talk=round(took * 1000 / max(1, gone), 3),
        cpu_us_a_talk=each,
        live_messages=live,
        live_p50_ms_before=round(before.p50, 2),
        live_p99_ms_before=round(before.p99, 2),
        live_p50_ms_meanwhile=round(_worst_middle([one.p50 for one in meanwhile]), 2),
        live_p99_ms_meanwhile=round(_worst_middle([one.p99 for one in meanwhile]), 2),
    )


async def _until_done(
    run: Run, server: Server, talks: list[Talk], purger: subprocess.Popen[bytes]
) -> list[Measured]:
    """Let the talks go on in pieces until the purge is done or has had its time."""
    end = time.monotonic() + run.size.purge_limit_seconds
    found: list[Measured] = []
    while not found or (purger.poll() is None and time.monotonic() < end):
        found.append(await _live(run, server, talks, 2.0))
    return found


async def _live(run: Run, server: Server, talks: list[Talk], seconds: float) -> Measured:
    return await open_loop(talks, run.stage.processes(server), rate=LIVE_RATE, seconds=seconds)


def _worst_middle(values: list[float]) -> float:
    """Return the median over the pieces: one checkpoint more or less is not the purge."""
    return sorted(values)[len(values) // 2]


def _said(line: str) -> tuple[str, float]:
    word, _, rest = line.partition(" ")
    try:
        return word, float(rest.split()[0])
    except (ValueError, IndexError):
        return line, 0.0


def _environment(stage: Stage) -> dict[str, str]:
    import os

    return {**os.environ, **stage.variables, "DATABASE_POOL": "0"}


def _seed(stage: Stage, due: int) -> None:
    with stage.main() as main, stage.keys() as keys:
        main.execute("SET session_replication_role = replica")
        main.execute(_TALKS.format(many=due).encode())
        with main.cursor() as cursor, keys.cursor() as other:
            statement = "SELECT segment, tenant, sha256(uuid_send(id)), at FROM due"
            into = "COPY segment_key (segment, tenant, secret, expires_at) FROM STDIN"
            out_of = f"COPY ({statement}) TO STDOUT"
            with cursor.copy(out_of.encode()) as source, other.copy(into.encode()) as target:
                for piece in source:
                    target.write(piece)
        for statement in _ROWS:
            main.execute(statement.format(messages=MESSAGES, bytes=BODY_BYTES).encode())
        main.execute("DROP TABLE due")
        main.execute("VACUUM ANALYZE chat_conversation, chat_segment, chat_message")
        main.execute("CHECKPOINT")


def _left(stage: Stage) -> int:
    with stage.main() as main:
        row: Any = main.execute(
            "SELECT count(*) FROM chat_conversation WHERE state = 'ended' AND expires_at < now()"
        ).fetchone()
    return int(row[0])
