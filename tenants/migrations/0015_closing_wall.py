from __future__ import annotations

from django.db import migrations

from tenants.wall import Wall


class Migration(migrations.Migration):
    dependencies = [("tenants", "0014_closing")]
    operations = [
        Wall("closereason", app="SELECT, INSERT, UPDATE, DELETE"),
        Wall("category", app="SELECT, INSERT, UPDATE, DELETE"),
    ]
