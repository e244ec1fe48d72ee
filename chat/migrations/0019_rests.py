from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0013_closed_tab")]
    operations = [
        migrations.AddField("presence", "rests_until", models.DateTimeField(null=True)),
    ]
