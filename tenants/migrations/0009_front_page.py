from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """What a tenant's front page shows besides: an icon, a corrected hour, who is there today."""

    dependencies = [("tenants", "0008_codes")]
    operations = [
        migrations.AddField(
            "tenant",
            "neutral_icon",
            models.CharField(
                choices=[
                    ("dot", "a grey dot"),
                    ("note", "a sheet with lines"),
                    ("book", "a book"),
                    ("cloud", "a cloud"),
                ],
                default="dot",
                max_length=5,
            ),
        ),
        migrations.AddField("notice", "beside_hours", models.BooleanField(default=False)),
        migrations.AddField("requirement", "announced", models.BooleanField(default=False)),
    ]
