from __future__ import annotations

from django.db import migrations

from tenants.wall import Wall


class Migration(migrations.Migration):
    dependencies = [("retention", "0003_ledger"), ("tenants", "0002_wall")]
    # Append-only: what has been written down about a purge is never changed.
    operations = [Wall("ledgerentry", app="SELECT, INSERT")]
