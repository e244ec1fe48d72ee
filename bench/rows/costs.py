"""What each requirement costs: the path at full load without one of them, in turn.

None of these can be had from the product: each is an application of the bench's own.
"""

from __future__ import annotations

from functools import partial

from bench.load import Talk, closed_loop
from bench.people import busy_talks
from bench.rows.path import OURS
from bench.run import Run, rotated
from bench.servers import Server
from bench.stage import Connection

WITHOUT = "bench.applications.without:application"
# Text of chat_post and what stands there instead.
LEFT_OUT = {
    "row_security": ("", ""),
    "idempotency": (
        "LEFT JOIN chat_message m ON m.conversation_id = a.c AND m.author = a.a"
        " AND m.client_id = a.k",
        "LEFT JOIN (SELECT NULL::int AS seq, NULL::timestamptz AS at) m ON false",
    ),
    "end": ("WHEN v.state = 'ended' OR v.expires_at <= v_now THEN 2", ""),
}


async def measure(run: Run) -> None:
    talks = run.size.talks[1]
    with run.stage.main() as main:
        made = [name for name, (old, new) in LEFT_OUT.items() if _made(main, name, old, new)]
    for name in LEFT_OUT.keys() - set(made):
        run.say(f"costs: chat_post reads otherwise now; without {name} is not measured")
    servers = [run.stage.server("costs_ours", OURS)] + [
        run.stage.server(f"without_{name}", WITHOUT, BENCH_WITHOUT=name)
        for name in ("sealing", "limits", "disk", *made)
    ]
    opened = []
    for server in servers:
        seeded = run.seed.talks(run.seed.seats(talks), talks)
        opened.append((server, await busy_talks(server, server, seeded)))
    for number in range(min(3, run.size.rounds)):
        run.say(f"costs: round {number + 1}")
        for step in rotated([partial(_visit, run, *each, number) for each in opened], number):
            await step()
    for server in servers:
        server.stop()


async def _visit(run: Run, server: Server, talks: list[Talk], number: int) -> None:
    processes = run.stage.processes(server)
    found = await closed_loop(talks, processes, seconds=run.size.seconds)
    run.add("cost", variant=server.name, talks=len(talks), round=number, **found.row())


def _made(main: Connection, name: str, old: str, new: str) -> bool:
    """Make ``bench_post_<name>`` from ``chat_post``; False where ``old`` is not in it any more."""
    row = main.execute("SELECT pg_get_functiondef('chat_post'::regproc)").fetchone()
    assert row is not None
    source = " ".join(str(row[0]).split())
    if old not in source:
        return False
    function = f"bench_post_{name}"
    main.execute(source.replace(old, new).replace("chat_post", function, 1).encode())
    # Row security does not bind a superuser.
    owner = "postgres" if name == "row_security" else "helpline_writer"
    main.execute(f"ALTER FUNCTION {function} OWNER TO {owner}".encode())
    main.execute(f"GRANT EXECUTE ON FUNCTION {function} TO helpline_app".encode())
    return True
