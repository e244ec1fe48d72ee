from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0015_closing_wall")]
    operations = [
        # As it was: the next at once, and whoever of those who wait.
        migrations.AddField(
            "tenant", "wrap_up_seconds", models.PositiveSmallIntegerField(default=0)
        ),
        migrations.AddField("tenant", "may_pick", models.BooleanField(default=True)),
    ]
