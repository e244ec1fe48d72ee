from __future__ import annotations

from django.db import migrations

from tenants.wall import NOW, Wall

ALIVE = f"expires_at > {NOW}"
DUE = f"expires_at <= {NOW} AND NOT held"

# Which columns of a talk the application may change. Its life, its count of messages and what
# has been erased are changed by functions alone (0003).
OPEN_COLUMNS = ", ".join(
    (
        "state",
        "front",
        "queued_at",
        "counsellor_id",
        "secret_hash",
        "visitor_socket",
        "visitor_process",
        "visitor_lost_at",
        "counsellor_told_lost",
        "visitor_seen",
        "counsellor_seen",
    )
)


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0001_initial"),
        ("retention", "0001_clock"),
        ("tenants", "0002_wall"),
    ]
    operations = [
        Wall(
            "conversation",
            app=f"SELECT, INSERT, UPDATE ({OPEN_COLUMNS})",
            alive=ALIVE,
            held="held",
            purge=(
                "SELECT (id, tenant_id, expires_at, expiry_rule, held)",
                "DELETE",
            ),
            purge_sees=DUE,
            writer=(
                "SELECT (id, tenant_id, state, counsellor_id, last_seq, segment_id, expires_at,"
                " expiry_rule, erased_through)",
                "UPDATE (state, ended_at, ended_by, last_seq, last_message_at, segment_id,"
                " erased_through, expires_at, expiry_rule)",
            ),
            hold="SELECT",
            referenced=True,
        ),
        Wall(
            "segment",
            app="SELECT, INSERT",
            alive=ALIVE,
            held="held",
            purge=(
                "SELECT (id, tenant_id, conversation_id, expires_at, expiry_rule, held, emptied)",
                "UPDATE (emptied)",
                "DELETE",
            ),
            purge_sees=DUE,
            writer=(
                "SELECT (id, tenant_id, conversation_id, expires_at)",
                "UPDATE (expires_at, expiry_rule)",
                "INSERT",
            ),
            hold="SELECT",
        ),
        Wall(
            "message",
            app="SELECT",
            # A message is alive, due and held as its segment is: row security of the segment
            # decides what this look-up finds, for each role.
            alive="EXISTS (SELECT 1 FROM chat_segment s WHERE s.id = segment_id)",
            held="EXISTS (SELECT 1 FROM chat_segment s WHERE s.id = segment_id)",
            purge=(
                "SELECT (tenant_id, conversation_id, seq, segment_id)",
                "UPDATE (body, at, sender_id)",
                "DELETE",
            ),
            purge_sees="EXISTS (SELECT 1 FROM chat_segment s WHERE s.id = segment_id)",
            writer=("SELECT (tenant_id, conversation_id, author, client_id, seq, at)", "INSERT"),
            hold="SELECT",
            keyed_elsewhere=("conversation", "segment"),
        ),
        Wall(
            "farewell",
            app="SELECT, INSERT",
            alive=ALIVE,
            purge=("SELECT (id, tenant_id, expires_at)", "DELETE"),
            purge_sees=f"expires_at <= {NOW}",
        ),
        Wall("presence", app="SELECT, INSERT, UPDATE, DELETE"),
        Wall("desksocket", app="SELECT, INSERT, DELETE"),
        Wall("pace", app="SELECT, INSERT, UPDATE"),
    ]
