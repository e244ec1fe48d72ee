from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0006_evaluation")]
    operations = [
        migrations.AddField(
            "tenant",
            "bubble_opens",
            models.CharField(
                blank=True,
                choices=[("frame", "a frame in the page"), ("tab", "a tab of its own")],
                default="",
                max_length=5,
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "tenant",
            "bubble_origins",
            ArrayField(
                base_field=models.CharField(max_length=120), blank=True, default=list, size=None
            ),
        ),
    ]
