from __future__ import annotations

from django.db import migrations

from tenants.wall import NOW, Wall

# ``least`` passes over what is empty.
OVER = f"least(expires_at, over_at) <= {NOW}"
ALIVE = f"least(expires_at, over_at) > {NOW}"
SEEN_BY_PURGE = "id, tenant_id, expires_at, over_at"


class Migration(migrations.Migration):
    dependencies = [
        ("referrals", "0001_handoffs"),
        ("retention", "0001_clock"),
        ("tenants", "0002_wall"),
    ]
    operations = [
        Wall("partnership", app="SELECT, INSERT, UPDATE"),
        Wall("referralcount", app="SELECT, INSERT, UPDATE (number)"),
        Wall(
            "outgoing",
            app="SELECT, INSERT,"
            " UPDATE (state, token_hash, return_hash, returned, tab, settled, over_at)",
            alive=ALIVE,
            purge=(f"SELECT ({SEEN_BY_PURGE})", "DELETE"),
            purge_sees=OVER,
        ),
        Wall(
            "incoming",
            app="SELECT, INSERT, UPDATE (state, segment, body, arrived, tab, replayed, waits_until,"
            " settled, over_at)",
            alive=ALIVE,
            purge=(f"SELECT ({SEEN_BY_PURGE}, segment)", "DELETE"),
            purge_sees=OVER,
        ),
    ]
