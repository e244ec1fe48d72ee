from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tenants", "0007_bubble")]
    operations = [
        migrations.AddField("tenant", "offers_code", models.BooleanField(default=False)),
        migrations.AddField("tenant", "code_rule", models.CharField(default="ours", max_length=4)),
    ]
