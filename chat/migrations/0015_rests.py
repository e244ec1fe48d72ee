from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0014_colleagues")]
    operations = [
        migrations.AddField("presence", "rests_until", models.DateTimeField(null=True)),
    ]
