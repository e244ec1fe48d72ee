from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0010_shift")]
    operations = [
        migrations.AddField(
            "tenant",
            "closing_warning_minutes",
            models.PositiveSmallIntegerField(default=30),
            preserve_default=False,
        ),
    ]
