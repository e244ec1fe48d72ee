from __future__ import annotations

from django.db import migrations

from tenants.wall import Wall


class Migration(migrations.Migration):
    dependencies = [("chat", "0016_figures")]
    operations = [Wall("tally", app="SELECT, INSERT, UPDATE, DELETE")]
