from __future__ import annotations

from django.db import migrations

from tenants.wall import Wall

ALL = "SELECT, INSERT, UPDATE, DELETE"


class Migration(migrations.Migration):
    dependencies = [("tenants", "0001_initial"), ("retention", "0001_clock")]
    operations = [
        # What a tenant promises: written by load_charters, as the application.
        Wall("hours", app=ALL),
        Wall("hoursexception", app=ALL),
        Wall("notice", app=ALL),
        Wall("contact", app=ALL),
        Wall("subject", app=ALL),
        Wall("statement", app=ALL),
        Wall("partner", app=ALL),
        Wall("requirement", app=ALL),
        # A version that talks are bound to is never changed.
        Wall("policy", app="SELECT, INSERT", referenced=True),
        Wall("policyrule", app="SELECT, INSERT"),
        Wall("membership", app="SELECT, INSERT, UPDATE", referenced=True),
        Wall("qualification", app=ALL),
        # Append-only.
        Wall("auditentry", app="SELECT, INSERT"),
    ]
